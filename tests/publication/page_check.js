// What a reader needs of a page, read from what the browser shows: every problem in plain words.
// It opens the folded parts and leaves them open.
(expected) => {
  const root = document.documentElement;
  const screen = !matchMedia("print").matches;
  const problems = new Set();
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (words) => words.replace(/\u00ad/g, "").replace(/\s+/g, " ").trim();
  const shown = (element) => one(element.innerText ?? "");
  const named = (element) => {
    const look = typeof element.className === "string" ? element.className.trim() : "";
    const words = one(element.textContent).slice(0, 40);
    return `${element.localName}${look && `.${look.replace(/\s+/g, ".")}`}${words && ` « ${words} »`}`;
  };
  const style = (element) => getComputedStyle(element);
  const above = (element) => {
    const chain = [];
    for (let at = element; at; at = at.parentElement) chain.push(at);
    return chain;
  };
  // What no rule that is imposed below changes is asked of an element once.
  const once = (fact) => {
    const known = new Map();
    return (element) => {
      if (!known.has(element)) known.set(element, fact(element));
      return known.get(element);
    };
  };
  // Without any style of the page's own being asked: its policy need not allow this one.
  const imposed = (rules) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  };

  const drawn = (element) => element.checkVisibility(
    { opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
  // Kept for those who listen, cut away for those who see.
  const cutAway = once((element) => element !== null
    && (style(element).clipPath === "inset(50%)" || cutAway(element.parentElement)));
  const unread = "script, style, template, noscript, head, textarea, option";
  const texts = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (one(node.data) && !node.parentElement.closest(unread)) found.push(node);
    }
    return found;
  };

  // The whole document

  const whole = () => {
    const start = document.querySelector(expected.root);
    if (start?.lang !== expected.language) problems.add(`its language is not ${expected.language}`);
    if (start?.dir !== expected.direction) problems.add(`it is not written ${expected.direction}`);
    if (!one(document.title)) problems.add("the title is empty");
    const meta = (name) => document.querySelector(`meta[name=${name}]`)?.content ?? "";
    if (!/width=device-width/.test(meta("viewport"))) problems.add("its width is not the device's");
    if (/user-scalable|maximum-scale|minimum-scale/.test(meta("viewport")))
      problems.add("it may not be enlarged");
    if (document.querySelector("meta[http-equiv=refresh i]")) problems.add("it reloads itself");
    const moving = all("video, audio, marquee, blink, canvas");
    if (moving.length || document.getAnimations().length) problems.add("something moves");
    const ids = all("[id]").map((element) => element.id);
    for (const id of new Set(ids.filter((id, place) => ids.indexOf(id) !== place)))
      problems.add(`id ${id} is used twice`);
    for (const image of all("img, input[type=image], area"))
      if (!image.hasAttribute("alt")) problems.add(`${named(image)} has no alternative`);
    for (const image of all("svg"))
      if (!image.closest("[aria-hidden=true]") && !image.ariaLabel)
        problems.add("a drawing has neither a name nor aria-hidden");
  };

  const headings = () => {
    const found = all("h1, h2, h3, h4, h5, h6").filter(drawn);
    const titles = found.filter((heading) => heading.localName === "h1");
    if (titles.length !== 1) problems.add(`${titles.length} headings are h1, not one`);
    let above = 0;
    for (const heading of found) {
      const level = Number(heading.localName[1]);
      if (level > above + 1) problems.add(`a heading is skipped before ${named(heading)}`);
      if (!shown(heading)) problems.add("a heading is empty");
      above = level;
    }
  };

  // Folded parts

  const unfold = () => {
    for (const details of all("details")) {
      if (!drawn(details)) continue;
      const [summary] = details.children;
      if (summary?.localName !== "summary" || !drawn(summary) || !shown(summary))
        problems.add(`nothing opens ${named(details)}`);
      if (!summary || style(summary).pointerEvents === "none")
        problems.add(`a touch does not open ${named(details)}`);
      details.open = true;
    }
  };

  // Tables

  const tables = () => {
    for (const table of all("table")) {
      if (!table.checkVisibility() && !screen) continue;
      if (!table.caption || !drawn(table.caption) || !shown(table.caption))
        problems.add("a table has no caption");
      if (table.querySelector("table")) problems.add("a table is within a table");
      const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
      if (!heads.length) problems.add("a table has no column headers");
      for (const cell of heads)
        if (!cell.matches("th[scope=col]")) problems.add("a column header is none");
      for (const row of all("tbody tr", table)) {
        if (!row.cells[0]?.matches("th[scope=row]")) problems.add("a row header is none");
        if (row.cells.length !== heads.length) problems.add("a row has not all cells");
      }
      for (const cell of all("th, td", table)) {
        if (cell.colSpan > 1 || cell.rowSpan > 1) problems.add("cells are merged");
        if (!shown(cell)) problems.add(`a cell is empty: ${named(cell)}`);
      }
    }
  };

  const levels = () => {
    const cells = all("table#affluence td, table.affluence td");
    if (expected.levels !== cells.length > 0)
      problems.add(expected.levels ? "there is no table of levels" : "there is a table of levels");
    const symbols = new Map();
    for (const cell of cells) {
      const word = shown(cell);
      if (!expected.words.includes(word)) problems.add(`unknown level « ${word} »`);
      if (!expected.symbols) continue;
      const [symbol, ...others] = all("svg", cell);
      if (!symbol || others.length) {
        problems.add(`${named(cell)} has not one symbol`);
        continue;
      }
      if (!drawn(symbol) || symbol.getBoundingClientRect().width < 8 || !contrasts(symbol))
        problems.add(`the symbol of ${named(cell)} is not seen`);
      symbols.set(word, (symbols.get(word) ?? new Set()).add(symbol.innerHTML));
    }
    const drawings = [...symbols.values()].flatMap((of) => [...of]);
    if (drawings.length !== symbols.size) problems.add("a level has two symbols");
    if (new Set(drawings).size !== drawings.length) problems.add("two levels share a symbol");
  };

  // Colours: what is behind a text is mixed from everything that shows through.

  const colour = (text) => {
    const parts = /^rgba?\(([^)]+)\)$/.exec(text)?.[1].match(/[\d.]+/g)?.map(Number);
    return parts && { rgb: parts.slice(0, 3), alpha: parts[3] ?? 1 };
  };
  const mix = (front, share, back) => front.map((part, at) => part * share + back[at] * (1 - share));
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const backgroundOf = once((at) => colour(style(at).backgroundColor));
  const opacityOf = once((at) => Number(style(at).opacity));
  const canvas = backgroundOf(root);
  const painted = (chain, behind, ink) => {
    const [outer, ...inner] = chain;
    const ground = backgroundOf(outer);
    const inside = mix(ground.rgb, ground.alpha, behind);
    const onTop = ink ? mix(ink.rgb, ink.alpha, inside) : inside;
    const result = inner.length ? painted(inner, inside, ink) : onTop;
    return mix(result, opacityOf(outer), behind);
  };
  // Gradients that draw lines (underlines, borders of cells: one side of at most 3 px) are no ground,
  // and a shadow that falls outside changes no text.
  const isPictured = once((at) => style(at).backgroundImage !== "none"
    && !style(at).backgroundSize.split(",").every((size) => /(^|\s)[0-3](\.\d+)?px/.test(size)));
  const isFiltered = once((at) => style(at).mixBlendMode !== "normal"
    || !["none", ""].includes(style(at).filter.replace(/drop-shadow\(.*\)/, "")));
  // Null where nobody can tell: an image, a filter, a colour of another kind.
  const contrast = (element, ink) => {
    const chain = above(element);
    const opaque = chain.findIndex((at) => backgroundOf(at)?.alpha === 1);
    const behind = opaque < 0 ? chain : chain.slice(0, opaque + 1);
    const unknown = behind.some((at) => isPictured(at) || !backgroundOf(at));
    if (unknown || chain.some(isFiltered) || !ink) return null;
    const paper = canvas?.alpha === 1 ? canvas.rgb : [255, 255, 255];
    const path = chain.reverse();
    return ratio(painted(path, paper, ink), painted(path, paper, null));
  };
  const contrasts = (symbol) => all("path, circle", symbol).some((line) =>
    [style(line).stroke, style(line).fill].some((ink) => contrast(symbol, colour(ink)) >= 3));

  // Colours that a reader forces upon a page are told by `color` alone.
  const forced = matchMedia("(forced-colors: active)").matches;
  const ink = (element) => colour(style(element)[forced ? "color" : "webkitTextFillColor"]);

  const inks = () => {
    for (const parent of new Set(texts().map((node) => node.parentElement))) {
      // The mark of the State is a logotype (WCAG 1.4.3 leaves these out).
      if (!drawn(parent) || cutAway(parent) || parent.closest(".fr-logo")) continue;
      const found = contrast(parent, ink(parent));
      if (found === null) problems.add(`the ground of ${named(parent)} is unknown`);
      else if (found < 4.495) problems.add(`contrast ${found.toFixed(2)} of ${named(parent)}`);
      if (parseFloat(style(parent).fontSize) < 11) problems.add(`too small: ${named(parent)}`);
    }
  };

  // Texts that somebody misses

  const missed = () => {
    for (const node of texts()) {
      const parent = node.parentElement;
      const silent = parent.closest("[aria-hidden=true]");
      // A link to the content appears when the keys come to it.
      if (parent.closest("[hidden], .fr-skiplinks")) continue;
      if (!drawn(parent)) {
        // On paper a page may leave out what only helps on a screen.
        if (screen && !silent) problems.add(`it is not shown: ${named(parent)}`);
        continue;
      }
      const beside = [...(parent.parentElement?.children ?? [])].filter((at) => at !== parent);
      if (silent && !beside.some((at) => drawn(at) && cutAway(at) && shown(at)))
        problems.add(`it is not read aloud: ${named(parent)}`);
      const skips = parent.closest('a[href^="#"]');
      const short = beside.some((at) => at.ariaHidden === "true" && drawn(at) && shown(at));
      if (cutAway(parent) && !skips && !short) problems.add(`it is only heard: ${named(parent)}`);
    }
  };

  // Geometry

  const clips = once((element) => /hidden|clip/.test(style(element).overflow));
  const scrolls = once((element) => /auto|scroll/.test(style(element).overflow));
  const within = (inner, outer, tolerated) =>
    inner.left >= outer.left - 1 && inner.right <= outer.right + 1
    && inner.top >= outer.top - tolerated && inner.bottom <= outer.bottom + tolerated;

  const geometry = (when) => {
    if (expected.fits && Math.max(root.scrollWidth, document.body.scrollWidth) > root.clientWidth)
      problems.add(`it scrolls sideways${when}`);
    const lines = [];
    for (const node of texts()) {
      const parent = node.parentElement;
      if (!drawn(parent) || cutAway(parent)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const boxes = [...range.getClientRects()].filter((box) => box.width > 1);
      const frames = above(parent);
      const scroller = frames.findIndex((at) => at !== root && at !== document.body && scrolls(at));
      const cutters = (scroller < 0 ? frames : frames.slice(0, scroller))
        .filter((at) => at.matches("td, th") || (at !== root && at !== document.body && clips(at)));
      const wide = !expected.fits && parent.closest("table");
      for (const box of boxes) {
        // Letters are taller than a tight line: that alone cuts nothing off.
        const slack = box.height * 0.3;
        if (cutters.some((at) => !within(box, at.getBoundingClientRect(), slack)))
          problems.add(`cut off${when}: ${named(parent)}`);
        if (scroller >= 0 || wide) continue;
        if (box.left < -1 || box.right > root.clientWidth + 1)
          problems.add(`off the screen${when}: ${named(parent)}`);
        lines.push({ parent, box, top: box.top + scrollY });
      }
    }
    covered(lines, when);
    scrollTo({ top: 0, behavior: "instant" });
  };
  // A point in the middle of a text belongs to it, unless something lies upon it.
  const covered = (lines, when) => {
    lines.sort((a, b) => a.top - b.top);
    for (const { parent, box, top } of lines) {
      if (top < scrollY || top + box.height > scrollY + innerHeight)
        scrollTo({ top: Math.max(0, top - 10), behavior: "instant" });
      const middle = top - scrollY + box.height / 2;
      // Points are whole pixels: those of a narrow text may fall beside it.
      const places = box.width > 20 ? [0.2, 0.5, 0.8] : box.width > 6 ? [0.5] : [];
      const hidden = places.some((share) =>
        document.elementFromPoint(box.left + box.width * share, middle) !== parent);
      if (hidden) problems.add(`covered or cut off${when}: ${named(parent)}`);
    }
  };

  const scrollers = () => {
    for (const box of all("body *")) {
      if (!scrolls(box) || !drawn(box) || box.tabIndex >= 0) continue;
      if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight)
        problems.add(`it scrolls but no key reaches it: ${named(box)}`);
    }
  };

  // Languages and directions

  const SCRIPTS = [
    [/\p{Script=Arabic}/u, ["ar", "fa", "ps", "ur"], "rtl"],
    [/\p{Script=Cyrillic}/u, ["ru", "uk"], "ltr"],
    [/\p{Script=Han}/u, ["zh"], "ltr"],
    [/\p{Script=Latin}{2}.*\p{Ll}{2}/u, ["fr", "en", "es", "pt", "tr"], "ltr"],
  ];
  const PHONE = /(?:\d[\s.\-\u00a0]?){9,}/;
  const FIGURES = /\d\s?%|%\s?\d|\d\s*[–-]\s*\d|\d\/\d/;

  const languages = () => {
    for (const node of texts()) {
      const parent = node.parentElement;
      const words = node.data.replace(/https?:\S+/g, "");
      const language = parent.closest("[lang]")?.lang ?? "";
      for (const [script, theirs, direction] of SCRIPTS) {
        if (!script.test(words)) continue;
        if (!theirs.includes(language)) problems.add(`« ${one(words)} » is marked as ${language}`);
        // A name in Latin letters within an Arabic sentence finds its direction by itself.
        else if (direction === "rtl" && style(parent).direction !== "rtl")
          problems.add(`« ${one(words)} » is not written from right to left`);
        break;
      }
      if (style(parent).direction === "ltr") continue;
      if (PHONE.test(node.data)) problems.add(`a number is read backwards: ${one(node.data)}`);
      else if (FIGURES.test(node.data)) problems.add(`figures are turned round: ${one(node.data)}`);
    }
    for (const link of all("a[hreflang]"))
      if (link.closest("[lang]").lang !== link.hreflang)
        problems.add(`the link to ${link.hreflang} is not marked as ${link.hreflang}`);
    for (const link of all('a[href^="tel:"]')) {
      const digits = (words) => words.replace(/\D/g, "").slice(-9);
      const number = link.querySelector("bdi[dir=ltr]");
      if (expected.isolated && !number) problems.add("a number to dial is not isolated");
      if (digits(shown(link)) !== digits(link.href)) problems.add("a link dials another number");
    }
  };

  // What is touched, and what is reached by keys

  const targets = () => {
    const selector = "a[href], button, summary, input, select, textarea, [tabindex]";
    for (const target of all(selector).filter(drawn)) {
      if (target.tabIndex > 0) problems.add(`it is out of order: ${named(target)}`);
      if (target.tabIndex < 0) problems.add(`no key reaches ${named(target)}`);
      if (target.closest("[aria-hidden=true], [inert]"))
        problems.add(`it takes the keys but is not read aloud: ${named(target)}`);
      const look = () => {
        const { outlineStyle, outlineWidth, boxShadow, backgroundColor, borderColor } = style(target);
        return [outlineStyle, outlineWidth, boxShadow, backgroundColor, borderColor].join();
      };
      const before = look();
      target.focus({ preventScroll: true });
      if (document.activeElement !== target) problems.add(`it takes no key: ${named(target)}`);
      else if (look() === before) problems.add(`where the keys are is not seen: ${named(target)}`);
      const box = target.getBoundingClientRect();
      const small = Math.min(box.width, box.height) < 24;
      if (small && !inSentence(target)) problems.add(`too small to touch: ${named(target)}`);
      target.blur();
    }
  };
  const inSentence = (target) => {
    if (style(target).display !== "inline") return false;
    const block = above(target).find((at) => style(at).display !== "inline");
    return one(block.textContent).length > one(target.textContent).length + 1;
  };

  whole();
  unfold();
  headings();
  tables();
  levels();
  inks();
  missed();
  languages();
  scrollers();
  imposed("*, ::before, ::after { pointer-events: auto !important }");
  geometry("");
  if (screen) targets();
  imposed(expected.spacing);
  geometry(" with wide spacing");
  document.adoptedStyleSheets = [];
  return [...problems];
}
