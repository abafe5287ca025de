"""The model as a whole: worlds that never touch each other, a month that can be read, figures that keep to their range."""

from __future__ import annotations

BUSY_TEXT = """
schema: 1
title: Everything at once
question: Does every part of the model have something to do?
summary: All levers at middling strength, talks, strikes, a fracture and a war, and what happens answered month by month.
start: 2021-08
months: 48
actors:
  pakistan:
    levers: {domestic_operations: 0.4, cross_border_strikes: 0.6, border_closure: 0.3, fencing: 0.5, joint_patrols: 0.4,
      trade_opening: 0.5, aid: 0.4, diplomatic_advocacy: 0.5, recognition: 0.4, factional_mediation: 0.4,
      military_training: 0.4, ttp_talks: 0.7, prisoner_releases: 0.4, troop_withdrawal: 0.3,
      religious_law_concessions: 0.5, refugee_expulsion: 0.3}
    conditionality: 0.6
    visibility: 0.7
    changes:
      - {from: 2022-02, until: 2022-05, levers: {cross_border_strikes: 0.9, ttp_talks: 0.2, refugee_expulsion: 0.0}}
      - {when: {metric: attacks, above: 25, months: 2}, for: 2, levers: {domestic_operations: 0.7, aid: 0.2}}
      - {when: {metric: ceasefire, above: 0.5}, levers: {recognition: 0.1, cross_border_strikes: 0.3}}
  taliban:
    changes:
      - {from: 2021-11, until: 2022-01, stance: mediate}
      - {when: {metric: strikes, above: 0.5}, for: 2, border_posture: 0.9}
      - {from: 2023-06, until: 2023-08, stance: crack_down, messaging: 0.8}
  ttp:
    changes:
      - {from: 2021-09, until: 2021-10, campaign: ceasefire}
      - {from: 2023-01, until: 2023-03, campaign: lie_low}
  india:
    changes:
      - {from: 2022-08, until: 2022-09, engagement: embassy}
shocks:
  - {date: 2021-12, title: War returns, changes: {afghan_war: {add: 0.4}, afghan_hardship: {add: 0.2}}}
  - {date: 2022-03, title: Kabul breaks, changes: {taliban_cohesion: {multiply: 0.3}, ttp_cohesion: {add: -0.3}}}
  - date: 2022-04
    title: Khan loses office
    changes: {power.pti: {multiply: 0.7}, power.haqqani: {multiply: 1.5}, rhetoric: {add: 0.1}}
  - date: 2022-07
    title: Much else
    changes:
      economy: {add: -0.1}
      imf_goodwill: {add: 0.5}
      sanctions: {multiply: 0.8}
      iskp_strength: {add: 0.1}
      freed_prisoners: {add: 0.3}
      china_patronage: {add: 0.1}
      us_ties: {add: -0.1}
      distrust: {add: 0.1}
      expected_recognition: {set: 0.8}
"""
