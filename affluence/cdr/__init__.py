"""Call records → LEGS: the files of phone platforms, each in its dialect.

The modules in the order in which the data travels:

* bytes: `compression`, `content` (unpacked), `encoding` (as UTF-8), `identity` (which file it is);
* lines: `blocks` (whole lines of a file), `lines` (what they are called that are no records),
  `layouts` (how one is cut: `separated`, `fixed_width`, `documents`; `headers` names columns);
* what a line says: `record_columns` (the contract), `dialect` (what a dialect declares), one
  module a dialect, all of them in `dialects`; what many are made of in `columns`, `fates`,
  `durations` and `yearless`; what those of one maker share in `asterisk`, `asterisk_columns`,
  `asterisk_times`, `queue_events`, `freeswitch`, `freeswitch_documents` and `listing`;
* a block: `records` (its records as columns; `tolerant` where it is not clean), `instants` (their
  times in UTC, by `clock`), `pseudonyms` (their numbers), `reader` (all of it: LEGS);
* a file: `recipe` (what the configuration decides), `recognise` (its dialect), `understanding`
  (that and its clock), `files` (read range by range), `document_files` (many small ones at once).
"""
