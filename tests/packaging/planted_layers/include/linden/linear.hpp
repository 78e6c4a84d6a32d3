// A sibling.
#include <linden/boosting.hpp>
