#include "model/model_family.hpp"

#include <fstream>

namespace linden {

std::string model_family(const std::filesystem::path& path) {
  constexpr std::string_view member = ",\"model\":\"";  // after format, schema and library, which are short
  std::string text(256, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  const std::size_t at = text.find(member);
  if (!text.starts_with(model_opening) || at == std::string::npos) return "";
  const std::size_t begin = at + member.size();
  return text.substr(begin, text.find('"', begin) - begin);
}

}  // namespace linden
