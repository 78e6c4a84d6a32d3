// The include of base/a.hpp goes up.
