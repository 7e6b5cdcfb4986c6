"""Who is who in the city: units, people and their posts, what each may do, and the city's own rules."""
