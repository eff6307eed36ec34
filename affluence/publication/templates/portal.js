// Nothing is missing without this: it leaves those services in the list whose name has what is typed.
(() => {
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  const [box, none] = ["nom", "aucun"].map((id) => document.getElementById(id));
  const groups = [...document.querySelectorAll("main section")].map((section) => ({
    section,
    name: plain(section.querySelector("h2")?.textContent ?? ""),
    rows: [...section.querySelectorAll("li")].map((row) => ({
      row, name: plain(row.querySelector(".service").textContent),
    })),
  }));
  box.addEventListener("input", () => {
    const words = plain(box.value).split(" ");
    let found = false;
    for (const { section, name, rows } of groups) {
      let any = false;
      for (const { row, name: service } of rows) {
        row.hidden = !words.every((word) => `${service} ${name}`.includes(word));
        any ||= !row.hidden;
      }
      section.hidden = !any;
      found ||= any;
    }
    none.textContent = found ? "" : none.dataset.message;
  });
  document.getElementById("recherche").hidden = false;
})();
