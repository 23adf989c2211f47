// What is wrong with the shown page, one line for each thing: with the shown side of a card where there is one.
async () => {
  const root = document.documentElement;
  const card = document.getElementById("qa");
  const named = (element) => element.cloneNode(false).outerHTML.slice(0, 80);

  // An element that crosses the edge is harmless if one around it scrolls: then it can be reached.
  // MathJax lays out glyphs by overlapping boxes, so that its container speaks for them.
  function spilling() {
    const shown = card ?? document.body;
    const scrolls = (element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
    const reachable = (element) => {
      for (let around = element.parentElement; around && around !== shown; around = around.parentElement)
        if (scrolls(around)) return true;
      return false;
    };
    const spills = (element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && (box.right > root.clientWidth + 1 || box.left < -1) && !reachable(element);
    };
    return [...shown.querySelectorAll("*:not(mjx-container *)")].filter(spills);
  }

  // The links, summaries and inputs that a finger would miss.
  function small() {
    const sized = (element) => ({ element, box: element.getBoundingClientRect() });
    const targets = card?.querySelectorAll("a, summary, input") ?? [];
    return [...targets].map(sized).filter(({ box }) => Math.min(box.width, box.height) < 43.5);
  }

  // The texts that a screen reader, which follows the document, reads after something that stands below them.
  // MathJax lays out its glyphs as it likes; it is read by what it says beside them.
  function late() {
    if (!card) return [];
    const walk = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    const found = [];
    let above = -Infinity;
    while (walk.nextNode()) {
      range.selectNodeContents(walk.currentNode);
      const { top, bottom, height } = range.getBoundingClientRect();
      const text = walk.currentNode.data.trim();
      if (!text || height === 0 || walk.currentNode.parentElement.closest("mjx-container")) continue;
      if (bottom <= above) found.push(text.slice(0, 80));
      above = top;
    }
    return found;
  }

  // What violates WCAG 2.2, levels A and AA, by axe. Of a card's page the client is not ours, nor is the button that
  // plays a sound, which Anki writes without a name; of any other page, all but its frames is judged.
  async function violations() {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const where = { include: [card ? "#qa" : "html"], exclude: [".replay-button"] };
    const rules = { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"], iframes: false };
    const found = await axe.run(where, rules);
    return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => ({ id, ...node })));
  }

  const out = spilling();
  const wide = out.length || root.scrollWidth > root.clientWidth;
  return [
    ...(wide ? [`the page is ${root.scrollWidth} px wide on ${root.clientWidth} px`] : []),
    ...out.map((element) => `leaves the screen: ${named(element)}`),
    ...small().map(({ element, box }) => `${box.width} x ${box.height} px: ${named(element)}`),
    ...late().map((text) => `read too late: ${text}`),
    ...(await violations()).map(({ id, html, failureSummary }) =>
      `${id}: ${html.slice(0, 120)}: ${failureSummary.replaceAll("\n", " ").slice(0, 200)}`),
  ];
}
