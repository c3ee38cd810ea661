/** Style sheets that an entry brings along; Vite writes them into the manifest. */
declare module "*.css";
