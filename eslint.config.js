import js from "@eslint/js";

export default [
  js.configs.recommended,
  {
    files: ["dispatch_api/*/static/*.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-undef": "off", // tsc knows the browser's names and ours
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-implicit-coercion": "error",
      complexity: ["error", 10],
      "max-lines": ["error", 300],
      "max-lines-per-function": ["error", { max: 80, skipComments: true, skipBlankLines: true }],
    },
  },
  { ignores: ["dispatch_api/*/static/vendor/", "node_modules/", ".venv/"] },
];
