"use strict";

// Redoc on the contract that `?contract=` names. A name from outside is looked
// up here, never made into an address.
const contracts = {
  v2: "/api/v2/openapi.json",
  v1: "/api/v1/openapi.json",
};
const asked = new URLSearchParams(location.search).get("contract");
const shown = Object.hasOwn(contracts, asked) ? asked : "v2";

document
  .querySelector(`[data-contract="${shown}"]`)
  .setAttribute("aria-current", "page");

// System fonts: Redoc's own would have to be fetched from elsewhere.
const theme = {
  typography: {
    fontFamily: "system-ui, sans-serif",
    headings: { fontFamily: "system-ui, sans-serif" },
    code: { fontFamily: "ui-monospace, monospace" },
  },
};
Redoc.init(
  contracts[shown],
  { scrollYOffset: "nav", theme },
  document.getElementById("redoc"),
);
