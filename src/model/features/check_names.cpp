#include "model/features/check_names.hpp"

#include "base/fail.hpp"
#include "base/utf8.hpp"

namespace linden {

void check_names(std::string_view where, const char* what, std::span<const std::string> names) {
  for (const std::string& name : names)
    if (!is_utf8(name))
      fail<DataError>("{}: the {} name \"{}\" is not UTF-8. Hint: convert the data, iconv -f latin1 -t utf-8.", where,
                      what, name);
}

}  // namespace linden
