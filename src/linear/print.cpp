// Linear models and their configuration as text.
#include <ostream>

#include "linear/model.hpp"
#include "model/text_lines.hpp"

namespace linden {

std::ostream& operator<<(std::ostream& out, const LinearConfig& config) { return out << fields_line(fields(config)); }

std::ostream& operator<<(std::ostream& out, const LinearModel& model) {
  if (model.empty()) return out << text_line("model", "linear: empty");
  return out << text_line("model", "linear")
             << purpose_lines(model.loss(), model.label_name(), model.classes(), model.feature_names())
             << model.certificate();
}

}  // namespace linden
