#error "gcc: fatal error: Killed signal terminated program cc1"
