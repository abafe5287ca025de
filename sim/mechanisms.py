"""The 31 mechanisms that the model has to show and the nine feedback loops that they close. Rules refer to both by id."""

from __future__ import annotations

MECHANISMS: dict[str, str] = {
    "M1": "Victory ends Kabul's need for sanctuary and arms, so the wartime part of Pakistan's leverage drains away.",
    "M2": "Pakistan can win new leverage as mediator, advocate abroad, military adviser and patron.",
    "M3": "Kabul keeps the TTP as a chip to be traded for recognition, aid, trade and border terms.",
    "M4": "Cohesion, kinship and a debt from the war hold Kabul back from acting against the TTP.",
    "M5": "Taliban factions pull apart: the Haqqanis toward Pakistan, Baradar and Yaqoob away and toward India.",
    "M6": "The TTP regrows on shelter, training, arms, freed prisoners, fighters crossing over and an example.",
    "M7": "Kabul brokers truces between Islamabad and the TTP; demands that stay unmet let them lapse.",
    "M8": "Operations weaken the TTP, while strikes across the line inflame Kabul and the Afghan public.",
    "M9": "On the Durand Line fencing and shelling bring clashes and closures; joint patrols are a way out.",
    "M10": "India is Kabul's alternative, and strain with Pakistan opens the door to it.",
    "M11": "Debt, inflation, talks with the IMF and political strife at home limit what Pakistan can do.",
    "M12": "The outside world sets limits: recognition runs into sanctions, the IMF and ties with Washington.",
    "M13": "Crisis in Afghanistan sends refugees whose arrival weighs on Pakistan; expelling them angers Kabul.",
    "M14": "The Afghan public distrusts Pakistan, so favours that are seen cost the Taliban legitimacy.",
    "M15": "If war comes back to Afghanistan, so does the old dependence on Pakistan.",
    "M16": "Threats alone may fail to move the movement; joined to rewards they may do more.",
    "M17": "Mediation is what Kabul gives most readily; incentives might buy more than that.",
    "M18": "Confronting and accommodating Kabul may each cost Pakistan dearly: a hypothesis, never built in.",
    "M19": "Militancy spills over to the region through al-Qaeda, ISKP and attacks beyond Pakistan.",
    "M20": "TTP violence falls mostly on the security forces, with rare attacks that kill many.",
    "M21": "Kabul signals alignment in words and posts: Kashmir, praise for China, seats in the cabinet.",
    "M22": "Influence runs both ways: the Taliban have a constituency among Pakistan's clerics and parties.",
    "M23": "Publics and protest count: sympathy for the Taliban, anti-American mobilisation, Afghan anger.",
    "M24": "Coercing a client leaves a resentment that outlasts the coercion.",
    "M25": "Pakistan needs Kabul for access, for transit to Central Asia and to leave India less room.",
    "M26": "Hopes that are disappointed sour the tie: a benefit counts by what was expected.",
    "M27": "Kabul's mediation leans toward the TTP and presses Islamabad to concede.",
    "M28": "Words part from deeds: Kabul can sound friendly and stay vague on the TTP.",
    "M29": "Afghan policy belongs to the army and outlives governments.",
    "M30": "Talks that fail are followed by strikes.",
    "M31": "The TTP's success encourages other Islamist groups.",
}

# A loop's id, its short name, and what feeds on what. Its polarity is found from the rules, not written here.
LOOPS: dict[str, tuple[str, str]] = {
    "L1": ("foothold", "Networks, recruits, money and ground that armed groups hold in an area let them grow there."),
    "L2": ("momentum", "Success raises the movement's prestige; prestige binds groups, recruits, and brings success."),
    "L3": ("pressure", "Violence brings operations, and operations bring it down, as far as means allow."),
    "L4": ("backlash", "Harm done by operations, strikes and expulsion feeds anger, and anger feeds the movement."),
    "L5": ("spiral", "Each side's answer to the other's last act raises tension, and tension the next answer."),
    "L6": ("hole in the purse", "Violence and closures cost the economy, and a poor economy can do less about them."),
    "L7": ("leverage spent", "What is cut off is replaced by other roads and patrons, so that leverage wears out."),
    "L8": ("expectation", "Each side learns from what the other did with its gifts and threats, and acts on it."),
    "L9": ("home front", "Publics on both sides bound what their leaders can do for the other, or against it."),
}

# What can be switched off as a whole, by id, in a sentence: mechanisms, then feedback loops.
PARTS: dict[str, str] = MECHANISMS | {
    loop: f"{name.capitalize()}: {sentence}" for loop, (name, sentence) in LOOPS.items()
}
