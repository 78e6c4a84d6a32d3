#include "model/file/text_lines.hpp"

#include "base/fail.hpp"
#include "loss/link_only.hpp"

namespace linden {

std::string text_line(std::string_view about, std::string_view text) { return fmt::format("{:<11} {}\n", about, text); }

std::string purpose_lines(const Loss& loss, const std::string& label, const std::vector<std::string>& classes,
                          const std::vector<std::string>& features) {
  std::string text = text_line(
      "loss", is_link_only(loss) ? fmt::format("{}, with link {}", loss.name(), name_of(loss.link())) : loss.name());
  if (!label.empty() || !classes.empty())
    text += text_line("label",
                      fmt::format("{}{}{}", label, label.empty() || classes.empty() ? "" : ": ", listing(classes)));
  return text += text_line("features", fmt::format("{}: {}", features.size(), listing(features)));
}

std::string fields_line(const std::vector<FieldInfo>& fields) {
  std::string text;
  for (const FieldInfo& field : fields)
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", field.name, field.value);
  return text;
}

}  // namespace linden
