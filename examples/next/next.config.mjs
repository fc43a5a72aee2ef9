/** @type {import('next').NextConfig} */
export default {
  // Keep Lockstep out of the bundle: it reads its migrations and its embedded database from files beside its code.
  serverExternalPackages: ['lockstep'],
};
