// Nothing is missing without this: it marks the present hour of the service, and says aloud what the
// page says anyway, that a table past its date must not be trusted. It stands right after that
// warning: nothing has to make room for it later.
(() => {
  const { fuseau, valable, autresJours } = document.documentElement.dataset;
  const now = {};
  const form = new Intl.DateTimeFormat("en-GB", {
    timeZone: fuseau, weekday: "short", year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  for (const { type, value } of form.formatToParts(new Date())) now[type] = value;
  const today = `${now.year}-${now.month}-${now.day}`;
  if (today > valable) {
    document.getElementById("perime").hidden = false;
    return;
  }
  // Closed today, or open at other hours: the table does not tell of this day.
  if (autresJours.split(",").includes(today)) return;
  document.addEventListener("DOMContentLoaded", () => {
    const table = document.getElementById("affluence");
    if (!table) return;
    const weekday = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(now.weekday) + 1;
    const minute = Number(now.hour) * 60 + Number(now.minute);
    const heads = [...table.tHead.rows[0].cells];
    const column = heads.findIndex((head) => Number(head.dataset.jour) === weekday);
    if (column < 0) return;
    for (const row of table.tBodies[0].rows) {
      if (Number(row.dataset.de) <= minute && minute < Number(row.dataset.a)) {
        row.cells[column].setAttribute("aria-current", "time");
      }
    }
  });
})();
