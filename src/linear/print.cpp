// Linear models and their configuration as text.
#include <ostream>

#include "linear/model.hpp"
#include "model/stated_fields.hpp"
#include "model/file/text_lines.hpp"
#include "base/out_of_memory.hpp"

namespace linden {

std::ostream& operator<<(std::ostream& out, const LinearConfig& config) try {
  return out << fields_line(stated_fields(config));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("operator<<");
}

std::ostream& operator<<(std::ostream& out, const LinearModel& model) try {
  if (model.empty()) return out << text_line("model", "linear: empty");
  return out << text_line("model", "linear")
             << purpose_lines(model.loss(), model.label_name(), model.classes(), model.feature_names())
             << model.certificate();
} catch (const std::bad_alloc&) {
  fail_out_of_memory("operator<<");
}

}  // namespace linden
