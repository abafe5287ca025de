"""Makes `sim/plots/outlines.json`, the outlines of the map, from Natural Earth's provinces and countries.

    apt-get download qgis-common && dpkg -x qgis-common_*.deb qgis && pip install 'shapely>=2.1'
    python docs/images/outlines.py qgis/usr/share/qgis/resources/data/world_map.gpkg

The package (3.22.16) carries Natural Earth 4.1.0, Admin 1 at 1:10m, simplified by the QGIS project: public domain, as its README
says. Here provinces become the areas of the model, borders that two of them share are simplified alike, and only what the map's
frame shows is kept. Which province counts to which area is a judgement: the model names areas, not provinces.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path

import shapely
from shapely.geometry import MultiPolygon, Point, Polygon, box
from shapely.geometry.polygon import orient

OUT = Path(__file__).parents[2] / "sim" / "plots" / "outlines.json"
FRAME = box(60.0, 22.9, 78.6, 38.4)
ROUGH, PLACES = 0.06, 2  # degrees to which corners are simplified, and decimals that are kept

AREAS = {
    "tribal_districts": ("PAK", ["F.A.T.A."]),
    "khyber_pakhtunkhwa": ("PAK", ["K.P."]),
    "balochistan": ("PAK", ["Baluchistan"]),
    "heartland": ("PAK", ["Punjab", "F.C.T.", "Sind"]),
    "afghan_east": ("AFG", ["Nangarhar", "Kunar", "Laghman", "Nuristan"]),
    "afghan_southeast": ("AFG", ["Paktya", "Paktika", "Khost", "Ghazni"]),
    "kandahar": ("AFG", ["Kandahar"]),
    "kabul": ("AFG", ["Kabul"]),
}
# Natural Earth's provinces do not have the city: a disc around it stands for it, cut out of Sindh.
KARACHI = Point(67.02, 24.98).buffer(0.46, quad_segs=6)
SOURCE = (
    "Natural Earth 4.1.0, 1:10m cultural vectors, Admin 1 (states, provinces), as simplified in QGIS 3.22.16's world_map.gpkg "
    "(Debian package qgis-common); outlines as Natural Earth draws them, no statement on borders"
)


def shape(blob: bytes) -> shapely.Geometry:
    """A geometry of a GeoPackage, whose header says how long it is."""
    envelope = (0, 32, 48, 48, 64)[(blob[3] >> 1) & 7]
    return shapely.make_valid(shapely.from_wkb(blob[8 + envelope :]))


def fitted(parts: list[shapely.Geometry]) -> list[shapely.Geometry]:
    """The same without gaps and overlaps, which the source has here and there: each face between all borders goes to one part."""
    inside = [part.intersection(FRAME) for part in parts]
    faces = shapely.polygonize([shapely.union_all([part.boundary for part in inside], grid_size=0.002)])
    mine: list[list[shapely.Geometry]] = [[] for _ in parts]
    for face in faces.geoms:
        far = [part.distance(face.representative_point()) for part in inside]
        nearest = far.index(min(far))
        if far[nearest] == 0 or face.area < 0.01:
            mine[nearest].append(face)
    return [shapely.coverage_union_all(each) for each in mine]


def rounded(geometry: shapely.Geometry) -> dict[str, object]:
    """As GeoJSON, cut to the frame, without specks; rings run as d3 wants them, clockwise."""
    geometry = geometry.intersection(FRAME)
    if geometry.geom_type in ("Polygon", "MultiPolygon", "GeometryCollection"):
        parts = [one for one in getattr(geometry, "geoms", [geometry]) if isinstance(one, Polygon) and one.area > 0.02]
        parts = [Polygon(one.exterior, [hole for hole in one.interiors if Polygon(hole).area > 0.02]) for one in parts]
        geometry = MultiPolygon([orient(one, -1) for one in parts])
    out: dict[str, object] = json.loads(shapely.to_geojson(geometry))

    def short(one: object) -> object:
        return [short(part) for part in one] if isinstance(one, list) else round(float(str(one)), PLACES)

    return out | {"coordinates": short(out["coordinates"])}


def main() -> None:
    """Read the package's file, and write ours."""
    rows = sqlite3.connect(sys.argv[1]).execute("select adm0_a3, name, geom from states_provinces")
    seen = [(country, name, shape(blob)) for country, name, blob in rows]
    seen = [one for one in seen if one[2].intersects(FRAME)]

    groups = {area: [g for c, n, g in seen if c == country and n in names] for area, (country, names) in AREAS.items()}
    taken = {(country, name) for country, names in AREAS.values() for name in names}
    groups["rest of Afghanistan"] = [g for c, n, g in seen if c == "AFG" and (c, n) not in taken]
    groups["rest"] = [g for c, n, g in seen if c != "AFG" and (c, n) not in taken]
    whole = [shapely.union_all(each, grid_size=0.001) for each in groups.values()]
    drawn = dict(zip(groups, shapely.coverage_simplify(fitted(whole), ROUGH), strict=True))

    afghan = [drawn[area] for area, (country, _) in AREAS.items() if country == "AFG"]
    afghanistan = shapely.coverage_union_all([drawn["rest of Afghanistan"], *afghan])
    pakistan = shapely.coverage_union_all([drawn[area] for area, (country, _) in AREAS.items() if country == "PAK"])
    land = shapely.coverage_union_all(list(drawn.values()))
    karachi = KARACHI.intersection(land).simplify(0.02)
    drawn["heartland"] = drawn["heartland"].difference(karachi)
    drawn["balochistan"] = drawn["balochistan"].difference(karachi)
    line = shapely.line_merge(afghanistan.boundary.intersection(pakistan.boundary))
    areas = {area: rounded(drawn[area]) for area in AREAS} | {"karachi": rounded(karachi)}
    data = {
        "source": SOURCE,
        "licence": "Public domain",
        "made_by": "docs/images/outlines.py",
        "land": rounded(land),
        "afghanistan": rounded(afghanistan),
        "line": rounded(line),
        "areas": areas,
    }
    OUT.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
