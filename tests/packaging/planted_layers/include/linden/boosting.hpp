#include <linden/options.hpp>
