/** @type {import('next').NextConfig} */
export default {
  // Lockstep reads its migrations and its embedded database beside its own files: leave it out of the bundle.
  serverExternalPackages: ['lockstep'],
};
