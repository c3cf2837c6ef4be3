import vue from "@vitejs/plugin-vue";

export default {
  // Vue is told that the element is not a component of its own.
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === "insights-widget" } } })],
};
