"use strict";

// Swagger UI on both contracts. No validator badge: nothing leaves the host.
SwaggerUIBundle({
  dom_id: "#swagger-ui",
  urls: [
    { name: "v2", url: "/api/v2/openapi.json" },
    { name: "v1 (deprecated)", url: "/api/v1/openapi.json" },
  ],
  "urls.primaryName": "v2",
  validatorUrl: null,
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: "StandaloneLayout",
});
