"""Recognition, sanctions, the IMF, Washington, China, India: what the world outside allows and offers."""

from __future__ import annotations

import numpy as np

from sim.rule import Chance, Logits, Share, rule
from sim.worlds import Vector


@rule(
    claims=(
        "002.6-wants-recognition",
        "000.3-recognition-withheld-disappoints",
    ),
    mechanisms=("M2", "M12"),
    moves=("recognition",),
    rises_with=("granted", "lever"),
    off="granted",
)
def recognition_granted(
    granted: Share, lever: Share, *, recognition_pace: Vector, recognition_revocable: Vector
) -> Share:
    """Recognition accumulates by steps and is not taken back: but for what may prove revocable."""
    return np.maximum(
        granted + recognition_pace * (lever - granted), granted * (1.0 - recognition_revocable * recognition_pace)
    )


@rule(
    claims=(
        "000.3-sanctions-obstruct-recognition",
        "000.3-imf-obstructs-recognition",
        "000.4-imf-talks-stalled",
    ),
    mechanisms=("M11", "M12"),
    moves=("imf_programme",),
    rises_with=("economy", "us_ties", "goodwill"),
    falls_with=("recognition", "sanctions", "unrest"),
    off=0.5,
)
def imf_approval(
    economy: Share,
    recognition: Share,
    sanctions: Share,
    unrest: Share,
    us_ties: Share,
    goodwill: Logits,
    *,
    imf_base: Vector,
    imf_economy: Vector,
    imf_recognition: Vector,
    imf_unrest: Vector,
    imf_us_ties: Vector,
) -> Chance:
    """Chance that a review of the IMF programme succeeds; recognising Kabul under sanctions counts against it.

    Args:
        goodwill: what a scenario adds for reasons outside of the model.
    """
    logit = (
        imf_base
        + imf_economy * economy
        + imf_us_ties * us_ties
        - imf_recognition * recognition * sanctions
        - imf_unrest * unrest
        + goodwill
    )
    return 1.0 / (1.0 + np.exp(-logit))


@rule(
    claims=(
        "000.4-ally-status-questioned",
        "000.4-support-drew-criticism",
        "003.4-us-ties-expected-better",
        "003.3-optimism-about-us-ties",
    ),
    mechanisms=("M12", "M23"),
    moves=("us_ties",),
    rises_with=("ties",),
    falls_with=("recognition", "rhetoric", "support"),
    off="ties",
)
def us_ties(
    ties: Share,
    recognition: Share,
    rhetoric: Share,
    support: Share,
    *,
    us_ties_pull: Vector,
    us_ties_resting: Vector,
    us_ties_recognition: Vector,
    us_ties_rhetoric: Vector,
    us_ties_support: Vector,
) -> Share:
    """Washington's goodwill cools with what Islamabad does and says: recognition of Kabul, help that is seen, hostile talk.

    Args:
        support: what Kabul gets from Pakistan, as far as it is seen.
    """
    level = us_ties_resting * (1.0 - us_ties_recognition * recognition) * (1.0 - us_ties_rhetoric * rhetoric)
    level = level * (1.0 - us_ties_support * support)
    return ties + us_ties_pull * (level - ties)


@rule(
    claims=("004.26-praise-for-china",),
    judgement="That courting China brings its help, and how much would stand in for Pakistan's, is not in the articles.",
    mechanisms=("M2", "M21"),
    moves=("leverage_pakistan_taliban",),
    rises_with=("patronage", "messaging"),
    off="patronage",
    loops=("L7",),
)
def chinese_patronage(patronage: Share, messaging: Share, *, china_pace: Vector, china_interest: Vector) -> Share:
    """China's own offer to Kabul grows slowly, as Kabul courts it."""
    return patronage + china_pace * (china_interest * messaging - patronage)


@rule(
    claims=(
        "001.10-tie-is-close",
        "001.1-india-seeks-cautious-tie",
    ),
    mechanisms=("M10",),
    moves=("india_engagement",),
    rises_with=("openness",),
    off=0.0,
    loops=("L7",),
)
def kabul_invites_india(openness: Share, *, india_invitation_weight: Vector) -> Logits:
    """Kabul's openness draws India in; grows with engagement."""
    return india_invitation_weight * openness


@rule(
    claims=(
        "001.10-strain-sends-taliban-to-delhi",
        "004.16-projects-deny-india",
        "004.15-wants-small-india-footprint",
    ),
    mechanisms=("M10",),
    moves=("india_engagement",),
    rises_with=("strain",),
    off=0.0,
)
def strain_opens_door(strain: Share, *, india_strain_weight: Vector) -> Logits:
    """Strain between Kabul and Islamabad is India's opening; grows with engagement."""
    return india_strain_weight * strain


@rule(
    claims=("001.1-india-seeks-cautious-tie",),
    judgement="What India is cautious about, danger on the ground and the name of those it deals with, is ours.",
    mechanisms=("M10",),
    moves=("india_engagement",),
    falls_with=("risk", "sanctions"),
    off=0.0,
)
def indian_caution(
    risk: Share, sanctions: Share, *, india_caution_risk: Vector, india_caution_sanctions: Vector
) -> Logits:
    """Danger on the ground and an outcast government hold India back; grows with engagement squared."""
    return -(india_caution_risk * risk + india_caution_sanctions * sanctions)


@rule(
    judgement="Missions are rarely withdrawn once opened; the record of 2022 moves one way only.",
    claims=(
        "events.2022-06-23-india-kabul-team",
        "001.10-indian-visit-june-2022",
    ),
    mechanisms=("M10",),
    moves=("india_engagement",),
    off=0.0,
)
def indian_habit(held: Share, *, india_inertia: Vector) -> Logits:
    """What India has opened it tends to keep; bears on the engagement it holds."""
    return india_inertia * held


@rule(
    judgement="India moves a step at a time; no article shows a leap.",
    claims=("001.10-indian-visit-june-2022",),
    mechanisms=("M10",),
    moves=("india_engagement",),
    falls_with=("distance",),
    off=0.0,
)
def indian_gradualism(distance: Share, *, india_step_cost: Vector) -> Logits:
    """Each step away from the present engagement costs; bears on every other one by its distance.

    Args:
        distance: how far the option lies from the engagement held.
    """
    return -india_step_cost * distance


@rule(
    judgement="A mission closed gives up people, buildings and a claim to be heard; the record of 2022 has no such step.",
    claims=(
        "events.2022-06-23-india-kabul-team",
        "001.10-indian-visit-june-2022",
    ),
    mechanisms=("M10",),
    moves=("india_engagement",),
    falls_with=("retreat",),
    off=0.0,
)
def indian_retreat(retreat: Share, *, india_retreat_cost: Vector) -> Logits:
    """A step back costs more than the same step forward, so engagement ratchets; bears on options below the one held.

    Args:
        retreat: how far below the engagement held the option lies.
    """
    return -india_retreat_cost * retreat


@rule(
    judgement="No article is behind it: which policies an actor may choose among is for a scenario to say.",
    moves=("taliban_stance", "india_engagement", "ceasefire"),
    falls_with=("shut",),
    off=0.0,
)
def off_the_menu(shut: Share, *, menu_closed: Vector) -> Logits:
    """What no policy on the menu asks for is out of the question: where an actor is left to choose among some.

    Args:
        shut: 1 where no policy on the menu asks for the option or leaves it open.
    """
    return -menu_closed * shut


@rule(
    claims=(
        "002.4-urged-pakistan-to-negotiate",
        "002.4-urged-concessions",
    ),
    mechanisms=("M27",),
    moves=("concession_pressure",),
    rises_with=("truce", "brokering", "leverage_taliban"),
    off=0.0,
)
def mediation_leans(truce: Share, brokering: Share, leverage_taliban: Share, *, mediation_lean: Vector) -> Share:
    """A truce that Kabul stands behind presses Islamabad to concede: the more so, the more of a hold Kabul has on it."""
    return mediation_lean * truce * brokering * leverage_taliban


@rule(
    claims=(
        "002.2-ttp-alqaeda-cooperation",
        "002.10-fear-attacks-on-neighbours",
        "002.10-fear-nuclear",
    ),
    judgement="The weights of the index are ours.",
    mechanisms=("M19",),
    moves=("regional_risk",),
    rises_with=("iskp", "shelter", "violence"),
    falls_with=("control",),
    off=0.0,
)
def regional_risk(
    iskp: Share,
    shelter: Share,
    violence: Share,
    control: Share,
    *,
    risk_iskp: Vector,
    risk_shelter: Vector,
    risk_violence: Vector,
    risk_uncontrolled: Vector,
) -> Share:
    """Danger beyond Pakistan: transnational groups, shelter for armed groups, violence, areas out of control."""
    calm = (
        (1.0 - risk_iskp * iskp)
        * (1.0 - risk_shelter * shelter)
        * (1.0 - risk_violence * violence)
        * (1.0 - risk_uncontrolled * (1.0 - control))
    )
    return 1.0 - calm


@rule(
    claims=(
        "002.2-ttp-alqaeda-cooperation",
        "004.24-yusuf-warning",
    ),
    judgement="Growth by drift and war, and a slow fading: forms ours.",
    mechanisms=("M19", "M15"),
    moves=("iskp_strength", "attacks_background"),
    rises_with=("strength", "drifted", "war"),
    off="strength",
)
def iskp_strength(
    strength: Share, drifted: Share, war: Share, *, iskp_gain_drift: Vector, iskp_gain_war: Vector, iskp_fading: Vector
) -> Share:
    """ISKP and al-Qaeda gain from fighters who drift to them and from war; otherwise they fade.

    Args:
        drifted: fighters who left the TTP for ISKP this month, thousand.
    """
    gained = 1.0 - (1.0 - iskp_gain_war * war) * np.exp(-iskp_gain_drift * drifted)
    kept = strength * (1.0 - iskp_fading)
    return kept + gained * (1.0 - kept)


@rule(
    claims=(
        "002.7-argued-for-unfreezing-assets",
        "002.7-argued-for-aid-flows",
        "001.1-urged-engagement",
        "004.24-diplomatic-booster",
    ),
    judgement="How much a voice for Kabul can loosen in the end, and how slowly, is ours; includes nothing.",
    mechanisms=("M2", "M13"),
    moves=("afghan_hardship",),
    rises_with=("loosened", "advocacy"),
    off="loosened",
)
def sanctions_loosened(loosened: Share, advocacy: Share, *, sanctions_pace: Vector, advocacy_effect: Vector) -> Share:
    """Advocacy abroad loosens sanctions and frees assets and aid, slowly; without it they close again.

    Args:
        loosened: share of the sanctions that is loosened.
    """
    return loosened + sanctions_pace * (advocacy_effect * advocacy - loosened)
