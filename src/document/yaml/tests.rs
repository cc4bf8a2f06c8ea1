//! What Traefik takes and refuses, and its words for it: measured with Traefik 3.7.15.
