/**
 * Puts the whole process into UTC; imported before anything else. FHIRPath's engine computes with dates in the zone of the
 * process, and a rule must not depend on where the server stands.
 */
process.env.TZ = 'UTC';
