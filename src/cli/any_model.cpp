#include "cli/any_model.hpp"

#include <fmt/format.h>

#include "base/csv_field.hpp"

namespace linden::cli {

std::vector<std::string> output_columns(const AnyModel& any, const std::string& stem) {
  return std::visit(
      [&](const auto& model) {
        std::vector<std::string> names;
        if (model.outputs() == 1) return std::vector{csv_field(stem)};
        const std::vector<std::string> labels = model.schema().label_names;
        const std::vector<LossParameter> parameters = model.loss().parameters();
        const Link link = model.loss().link();
        if (link == Link::sorted && std::ssize(parameters) == model.outputs()) {
          for (const LossParameter& level : parameters)
            names.push_back(csv_field(fmt::format("{}_{}", stem, level.value)));
          return names;
        }
        if (stem == "prediction" && (link == Link::normal || link == Link::log_normal || link == Link::gamma))
          return std::vector{stem + "_mean", stem + "_deviation"};
        for (int k = 0; k < model.outputs(); ++k)
          names.push_back(
              std::ssize(labels) == model.outputs() ? csv_field(stem + "_" + labels[static_cast<std::size_t>(k)])
              : model.classes().empty()             ? csv_field(fmt::format("{}_{}", stem, k))
                                        : csv_field(stem + "_" + model.classes()[static_cast<std::size_t>(k)]));
        return names;
      },
      any);
}

}  // namespace linden::cli
