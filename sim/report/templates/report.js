// In the place of each drawing the same picture, as wide as its card, which says what a month holds where the pointer is.
"use strict";
{
  const drawings = JSON.parse(document.getElementById("drawings").textContent);

  const broken = (lines, letters) => {
    const out = [""];
    for (const word of lines.join(" ").split(" ")) {
      const last = out[out.length - 1];
      if (last && last.length + 1 + word.length > letters) out.push(word);
      else out[out.length - 1] = last ? `${last} ${word}` : word;
    }
    return out;
  };

  // Panels share what the card has more than the drawing, and grow in height as well.
  const widen = (part, more, columns) => {
    if (!part || typeof part !== "object") return;
    for (const [channel, one] of Object.entries(part.encoding ?? {})) {
      if (!Object.keys(one).length) delete part.encoding[channel]; // says nothing, and Vega would say so
    }
    const beside = typeof part.columns === "number" ? part.columns : columns;
    if (typeof part.width === "number") {
      const wide = part.width + Math.floor(more / beside);
      if (typeof part.height === "number") part.height *= Math.min(1.5, Math.max(1, (0.8 * wide) / part.width));
      part.width = wide;
    }
    for (const key of ["spec", "layer", "vconcat"]) [].concat(part[key] ?? []).forEach((one) => widen(one, more, beside));
  };

  const fitted = (name, more, width) => {
    const drawing = structuredClone(drawings[name]);
    widen(drawing, more, 1);
    drawing.title.text = broken(drawing.title.text, width / 9);
    drawing.title.subtitle = broken(drawing.title.subtitle, width / 7.2);
    return drawing;
  };

  const draw = async (card) => {
    const width = card.clientWidth;
    if (!width || card.dataset.drawn === String(width)) return;
    card.dataset.drawn = width;
    const live = card.querySelector(".live") ?? card.appendChild(document.createElement("div"));
    live.className = "live";
    live.setAttribute("role", "img");
    live.setAttribute("aria-label", card.querySelector(".still svg").getAttribute("aria-label"));
    let more = width - Number(card.dataset.width);
    for (let again = 0; again < 3; again += 1) {
      await vegaEmbed(live, fitted(card.dataset.name, more, width), { ast: true, renderer: "svg", actions: false, logLevel: 1 });
      const over = live.querySelector("svg").getAttribute("width") - width;
      if (over < 1) break;
      more -= over; // labels took more room than they were given
    }
    live.querySelector("svg").setAttribute("aria-hidden", "true"); // the label says it all
    card.classList.add("is-live");
  };

  const cards = [...document.querySelectorAll(".card")];
  const near = new IntersectionObserver(
    (seen) => seen.filter((one) => one.isIntersecting).forEach((one) => draw(one.target)),
    { rootMargin: "600px" },
  );
  cards.forEach((card) => near.observe(card));
  let later;
  addEventListener("resize", () => {
    clearTimeout(later);
    later = setTimeout(() => cards.filter((card) => card.dataset.drawn).forEach(draw), 150);
  });

  const open = () => {
    const found = document.getElementById(location.hash.slice(1));
    for (let one = found; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    found?.querySelector(":scope > details")?.setAttribute("open", "");
  };
  addEventListener("hashchange", open);
  open();
}
