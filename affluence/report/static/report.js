// Draws the charts of a page of the report, and puts chosen figures in the place of others.
// All of them are in the page; nothing is asked of any server.
"use strict";
{
  const data = JSON.parse(document.getElementById("donnees").textContent);
  const config = {
    locale: data.locale,
    responsive: true,
    displayModeBar: false,
    displaylogo: false,
    showSendToCloud: false,
    plotlyServerURL: "",
  };
  const scale = [[0, "#f1f5fc"], [0.6, "#b5cef1"], [0.7, "#3f6fb5"], [1, "#12356e"]];

  if (data.locale === "fr") {
    Plotly.register({
      moduleType: "locale",
      name: "fr",
      dictionary: {},
      format: {
        days: ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"],
        shortDays: ["dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."],
        months: ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
          "octobre", "novembre", "décembre"],
        shortMonths: ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.",
          "nov.", "déc."],
        date: "%d/%m/%Y",
        decimal: ",",
        thousands: "\u202f",
      },
    });
  }

  // What only a script fills is hidden without one.
  for (const each of document.querySelectorAll("main [hidden]")) each.hidden = false;

  const draw = (place, figure) => Plotly.react(place, figure.data, figure.layout, config);

  for (const [id, figure] of Object.entries(data.figures)) {
    draw(document.getElementById(`g-${id}`), figure);
  }

  const fill = (select, options) => {
    for (const { key, name, title } of options) select.add(new Option(name ?? title, key));
  };

  const element = (name, text, scope) => {
    const made = document.createElement(name);
    made.textContent = text;
    if (scope) made.scope = scope;
    return made;
  };

  // A table of weekdays and rows, the same figures as the map above it.
  const tabulate = (table, axes, text, caption) => {
    if (caption) table.caption.textContent = caption;
    const head = document.createElement("tr");
    head.append(element("td", ""), ...axes.days.map((day) => element("th", day, "col")));
    table.tHead.replaceChildren(head);
    table.tBodies[0].replaceChildren(...axes.rows.map((row, at) => {
      const line = document.createElement("tr");
      line.append(element("th", row, "row"), ...text[at].map((value) => element("td", value ?? "")));
      return line;
    }));
  };

  const map = (place, axes, z, text, range, reversed) => {
    const [low, high] = range;
    const narrow = place.clientWidth < 420; // then « 100 % » would touch its neighbours
    draw(place, {
      data: [{
        type: "heatmap", x: axes.days, y: axes.rows, z, text, zmin: low, zmax: high,
        texttemplate: "%{text}", textfont: { size: narrow ? 11 : 14 }, hovertemplate: "%{x} %{y}<br>%{text}<extra></extra>",
        colorscale: scale, reversescale: reversed, showscale: false, xgap: 2, ygap: 2, hoverongaps: false,
      }],
      layout: {
        ...data.layout, height: 60 + 44 * axes.rows.length,
        margin: { l: narrow ? 86 : 108, r: narrow ? 0 : 12, t: 34, b: 8 },
        xaxis: { side: "top", fixedrange: true, type: "category" },
        yaxis: { autorange: "reversed", fixedrange: true, type: "category", tickfont: { size: narrow ? 11 : 13 } },
      },
    });
  };

  const known = (matrix) => matrix.flat().filter((value) => value !== null);

  if (data.heat) {
    const { heat } = data;
    const form = document.getElementById("choix-chaleur");
    const { measure, period, level } = form.elements;
    fill(measure, heat.measures);
    fill(period, heat.periods);
    fill(level, heat.levels);
    const show = () => {
      const chosen = heat.measures.find(({ key }) => key === measure.value);
      const all = heat.values[period.value][measure.value];
      const only = (matrix) => (level.value === "" ? matrix : matrix.map((row, at) =>
        row.map((value, day) => (heat.level[at][day] === level.value ? value : null))));
      const values = known(all.z);
      const text = only(all.text);
      const range = [Math.min(0, ...values), Math.max(...values, 0) || 1];
      map(document.getElementById("g-chaleur"), heat, only(all.z), text, range, !chosen.worse);
      const name = heat.periods.find(({ key }) => key === period.value).name;
      const kept = level.value === "" ? "" : `, ${level.selectedOptions[0].text}`;
      const said = `${chosen.title} (${name}${kept})`;
      document.getElementById("c-chaleur").textContent = said;
      tabulate(document.getElementById("tableau-chaleur"), heat, text, said);
    };
    form.addEventListener("change", show);
    show();
  }

  if (data.profiles) {
    const { days, names } = data.profiles;
    const form = document.getElementById("choix-profil");
    const { day } = form.elements;
    fill(day, Object.keys(days).map((key) => ({ key, name: key })));
    const looks = {
      appels_moyens: { fill: "tozeroy", line: { color: "#003e8f", width: 2 }, fillcolor: "#c9d8f5" },
      un_jour_sur_dix: { line: { color: "#003e8f", width: 1, dash: "dot" } },
      pointe: { mode: "markers", marker: { symbol: "x-thin-open", color: "#1b1b1f", size: 7 } },
      lignes: { line: { color: "#a02c00", width: 3, dash: "dash" } },
      agents: { line: { color: "#1b1b1f", width: 2, dash: "dashdot" } },
    };
    const show = () => {
      const of = days[day.value];
      document.getElementById("dit-profil").textContent = day.value;
      draw(document.getElementById("g-profil"), {
        data: Object.keys(names).filter((name) => known(of[name]).length).map((name) => ({
          type: "scatter", mode: "lines", name: names[name], x: of.x, y: of[name],
          ...looks[name],
        })),
        layout: {
          ...data.layout, height: 380, margin: { l: 48, r: 12, t: 60, b: 48 },
          xaxis: { type: "category", nticks: 14, fixedrange: true, gridcolor: "#e4e4ea" },
          yaxis: { rangemode: "tozero", fixedrange: true, gridcolor: "#e4e4ea" },
        },
      });
    };
    form.addEventListener("change", show);
    show();
  }

  if (data.trials) {
    const { trials } = data;
    const form = document.getElementById("choix-essais");
    const fields = form.elements;
    const neutral = { agents: 0, lines: 0, handling: 1, moved: 0 };
    const signed = (number) => (number > 0 ? `+${number}` : `${number}`.replace("-", "−"));
    const percent = (share) => `${Math.round(100 * share)}${data.locale === "fr" ? "\u00a0" : ""}%`;
    const said = { agents: signed, lines: signed, handling: percent, moved: percent };
    for (const name of Object.keys(neutral)) {
      const range = fields[name];
      range.min = 0;
      range.max = trials[name].length - 1;
      range.value = trials[name].indexOf(neutral[name]);
      if (trials[name].length < 2) range.closest(".curseur").hidden = true;
    }
    const show = () => {
      const other = fields.autre.value;
      const chosen = Object.fromEntries(Object.keys(neutral).map((name) => {
        const free = name === "agents" || name === other;
        fields[name].disabled = !free;
        const value = free ? trials[name][fields[name].value] : neutral[name];
        fields[`${name}-dits`].value = said[name](value);
        fields[name].setAttribute("aria-valuetext", said[name](value));
        return [name, value];
      }));
      const found = trials.trials[`${chosen.agents}/${chosen.lines}/${chosen.handling}/${chosen.moved}`];
      document.getElementById("reponse").textContent = found.said;
      document.getElementById("dit-essais").textContent = found.change;
      map(document.getElementById("g-essais"), trials, found.z, found.text, [0, 1], true);
      tabulate(document.getElementById("tableau-essais"), trials, found.text);
    };
    form.addEventListener("input", show);
    show();
  }
}
