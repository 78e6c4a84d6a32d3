// What divides the fields of a CSV text, from its first lines.
#pragma once

#include "data/text/text_file.hpp"

namespace linden {

/// A tab, ';', '|' or ','; not a ',' that is the decimal sign.
char guess_delimiter(const Text& text, const Source& source, char decimal = '.');

}  // namespace linden
