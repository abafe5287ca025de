"""exp, log, log1p, tanh, power and ndtri out of plain operations, so that they give the same bits on every processor.

Each is written on stand-ins and emitted once as a function of eight worlds. All but ndtri are within 2 ulp over the ranges that
`tests/test_engine.py` holds them to; ndtri follows Cephes (Moshier), as SciPy's does, so that both round alike.
The polynomials of the logarithm are those of fdlibm (Sun Microsystems); of tanh, those of Cephes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import factorial
from typing import Any

import numpy as np

from sim.engine.graph import Graph
from sim.engine.standins import Traced, computed

_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_LOG2_E = 1.4426950408889634
# Beyond these exp is nothing, or more than can be written down.
_LEAST_EXP, _MOST_EXP = -750.0, 715.0
_LOG = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)
_TANH_P = (-9.64399179425052238628e-1, -9.92877231001918586564e1, -1.61468768441708447952e3)
_TANH_Q = (1.0, 1.12811678491632931402e2, 2.23548839060100448583e3, 4.84406305325125486048e3)
_NDTRI_P0 = (
    -5.99633501014107895267e1,
    9.80010754185999661536e1,
    -5.66762857469070293439e1,
    1.39312609387279679503e1,
    -1.23916583867381258016e0,
)
_NDTRI_Q0 = (
    1.0,
    1.95448858338141759834e0,
    4.67627912898881538453e0,
    8.63602421390890590575e1,
    -2.25462687854119370527e2,
    2.00260212380060660359e2,
    -8.20372256168333339912e1,
    1.59056225126211695515e1,
    -1.18331621121330003142e0,
)
_NDTRI_P1 = (
    4.05544892305962419923e0,
    3.15251094599893866154e1,
    5.71628192246421288162e1,
    4.40805073893200834700e1,
    1.46849561928858024014e1,
    2.18663306850790267539e0,
    -1.40256079171354495875e-1,
    -3.50424626827848203418e-2,
    -8.57456785154685413611e-4,
)
_NDTRI_Q1 = (
    1.0,
    1.57799883256466749731e1,
    4.53907635128879210584e1,
    4.13172038254672030440e1,
    1.50425385692907503408e1,
    2.50464946208309415979e0,
    -1.42182922854787788574e-1,
    -3.80806407691578277194e-2,
    -9.33259480895457427372e-4,
)
_SQRT_2_PI, _EXP_MINUS_2 = 2.50662827463100050242e0, 0.13533528323661269189


def _fma(a: Any, b: Any, c: Any) -> Any:
    graph = next(one.graph for one in (a, b, c) if isinstance(one, Traced))
    return computed(graph, "fma", a, b, c)


def _part(operation: str, *operands: Any) -> Any:
    return computed(operands[0].graph, operation, *operands)


def _polynomial(coefficients: Sequence[float], x: Any) -> Any:
    """By Horner's rule, the highest power first; as Cephes does it, without fused steps."""
    out: Any = coefficients[0]
    for one in coefficients[1:]:
        out = out * x + one
    return out


def _exp_of_sum(x: Any, more: Any) -> Any:
    """exp of x and of something far smaller, together."""
    bounded = np.minimum(np.maximum(x, _LEAST_EXP), _MOST_EXP)
    n = np.rint(bounded * _LOG2_E)
    r = _fma(n, -_LN2_HIGH, bounded)
    low = n * -_LN2_LOW + more
    high = r + low
    rest = (r - high) + low
    series: Any = 1.0 / factorial(13)
    for power in range(12, 1, -1):
        series = _fma(series, high, 1.0 / factorial(power))
    raised = 1.0 + (high + _fma(series * high, high, rest))
    half = np.floor(n * 0.5)
    return _part("scaled", _part("scaled", raised, half), n - half)


def exp(x: Any) -> Any:
    return _exp_of_sum(x, 0.0)


def _ordinary(x: Any) -> tuple[Any, Any, Any]:
    """A positive number as m * 2 ** k, with m around 1; and whether it is so small that it has fewer digits."""
    small = x < 2.2250738585072014e-308
    scaled = np.where(small, x * 2.0**54, x)
    return _part("mantissa", scaled), _part("exponent", scaled) - np.where(small, 54.0, 0.0), scaled


def _edges_of_log(x: Any, out: Any) -> Any:
    out = np.where(x > 0.0, out, np.where(x == 0.0, -np.inf, np.nan))
    return np.where(x == np.inf, x, out)


def log(x: Any) -> Any:
    m, k, _ = _ordinary(x)
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    half_square = 0.5 * f * f
    series = z * _polynomial(tuple(reversed(_LOG)), z)
    out = k * _LN2_HIGH - ((half_square - (s * (half_square + series) + k * _LN2_LOW)) - f)
    return _edges_of_log(x, out)


def log1p(x: Any) -> Any:
    u = 1.0 + x
    rounded = np.where(np.abs(x) < 1.0, x - (u - 1.0), 1.0 - (u - x))
    out = log(u) + rounded / u
    return np.where(u == 1.0, x, np.where(x > -1.0, np.where(x == np.inf, x, out), log(u)))


def tanh(x: Any) -> Any:
    size, z = np.abs(x), x * x
    near = x + x * z * (_polynomial(_TANH_P, z) / _polynomial(_TANH_Q, z))
    far = 1.0 - 2.0 / (exp(2.0 * size) + 1.0)
    return np.where(size < 0.625, near, np.where(x < 0.0, -far, far))


def power(x: Any, y: Any) -> Any:
    """x to the power of y, for x not below nought: exp of y log x, with the logarithm in two numbers."""
    m, k, _ = _ordinary(x)
    f = m - 1.0
    below = 2.0 + f
    below_rest = f - (below - 2.0)
    s = f / below
    s_rest = (_fma(-s, below, f) - s * below_rest) / below
    # log m = 2 s + 2/3 s^3 + 2/5 s^5 and so on; the first two terms in two numbers each.
    z = s * s
    z_rest = _fma(s, s, -z) + 2.0 * s * s_rest
    cube = s * z
    cube_rest = _fma(s, z, -cube) + s * z_rest + s_rest * z
    third, third_rest = 2.0 / 3.0, 3.7007434154171886e-17
    term = cube * third
    term_rest = _fma(cube, third, -term) + cube * third_rest + cube_rest * third
    further: Any = 2.0 / 25.0
    for odd in range(23, 3, -2):
        further = _fma(further, z, 2.0 / odd)
    tail = further * z * cube
    high, low = _sum(2.0 * s, term)
    low = low + (2.0 * s_rest + term_rest + tail)
    whole, whole_rest = _sum(k * _LN2_HIGH, high)
    whole_rest = whole_rest + (low + k * _LN2_LOW)
    log_high, log_low = _sum(whole, whole_rest)
    product = y * log_high
    product_rest = _fma(y, log_high, -product) + y * log_low
    out = _exp_of_sum(product, np.where(np.abs(product) < 1e3, product_rest, 0.0))
    nothing = np.where(y > 0.0, 0.0, np.where(y == 0.0, 1.0, np.inf))
    return np.where(x > 0.0, out, np.where(x == 0.0, nothing, np.nan))


def _sum(a: Any, b: Any) -> tuple[Any, Any]:
    """A sum, and what rounding took of it."""
    out = a + b
    other = out - a
    return out, (a - (out - other)) + (b - other)


def ndtri(y: Any) -> Any:
    """For draws, which stay clear of 0 and 1: further out Cephes has another polynomial."""
    high = y > 1.0 - _EXP_MINUS_2
    below = np.where(high, 1.0 - y, y)
    middle = below - 0.5
    z = middle * middle
    near = (middle + middle * (z * _polynomial(_NDTRI_P0, z) / _polynomial(_NDTRI_Q0, z))) * _SQRT_2_PI
    x = np.sqrt(-2.0 * log(below))
    first = x - log(x) / x
    over = 1.0 / x
    tail = over * _polynomial(_NDTRI_P1, over) / _polynomial(_NDTRI_Q1, over)
    far = first - tail
    return np.where(below > _EXP_MINUS_2, np.where(high, -near, near), np.where(high, far, -far))


WRITTEN: dict[str, tuple[int, Callable[..., Any]]] = {
    "exp": (1, exp),
    "log": (1, log),
    "log1p": (1, log1p),
    "tanh": (1, tanh),
    "power": (2, power),
    "ndtri": (1, ndtri),
}


def written(name: str) -> tuple[Graph, int, int]:
    """A function as a graph of plain operations: the graph, what it comes to, and how many arguments it takes."""
    graph = Graph()
    takes, function = WRITTEN[name]
    out = function(*(Traced(graph, [graph.outside("argument", place)]) for place in range(takes)))
    return graph, int(out.ids[0]), takes
