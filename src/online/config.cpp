// OnlineConfig's fields as one table.
#include <linden/online.hpp>
#include <ostream>
#include <set>

#include "base/out_of_memory.hpp"
#include "linear/config.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "model/config_fields.hpp"
#include "model/file/text_lines.hpp"
#include "model/stated_fields.hpp"
#include "online/state.hpp"

namespace linden {
namespace {

// Rows of times are looked at together.
std::string why_refused(const Loss& loss) {
  return is_of_times(loss) ? "whose labels are times" : why_no_linear_loss(loss);
}

std::vector<std::string> losses() {
  std::vector<std::string> names = losses_of_linear_models();
  std::erase_if(names, [](const std::string& name) { return !why_refused(loss::by_name(name)).empty(); });
  return names;
}

const FieldTable<OnlineConfig>& online_fields() {
  using C = OnlineConfig;
  static const FieldTable<C> fields =
      FieldTable<C>("OnlineConfig", other_linear_fields())
          .add_loss(losses())
          .add_choice<OnlineMethod>("method", &C::method,
                                    {{"ftrl", OnlineMethod::ftrl}, {"adagrad", OnlineMethod::adagrad}},
                                    "how weights follow slopes")
          .add_number("alpha", &C::alpha, {.low_open = true}, "how far a step goes")
          .add_number("beta", &C::beta, {}, "what the first steps are held back by")
          .add_number("l1", &C::l1, {}, "penalty on |weight|, of the sum over rows")
          .add_number("l2", &C::l2, {}, "penalty on weight^2 / 2, of the sum over rows")
          .add_choice<bool>("intercept", &C::intercept, {{"true", true}, {"false", false}},
                            "whether scores have a constant part")
          .add_number("max_columns", &C::max_columns, {.low = 1, .high = 2147483647},
                      "the most columns, of categories and of sparse rows");
  return fields;
}

void check_kind(const Loss& loss) {
  const std::string why = why_refused(loss);
  if (why.empty()) return;
  const std::vector<std::string> taken = losses();
  fail<ArgumentError>("OnlineConfig.loss is {}, {}; an online learner takes {} and loss::custom.", loss.name(), why,
                      listing(taken, taken.size()));
}

}  // namespace

const char* name_of(OnlineMethod method) noexcept {
  switch (method) {
    case OnlineMethod::ftrl: return "ftrl";
    case OnlineMethod::adagrad: return "adagrad";
  }
  return "unknown";
}

void check_online_loss(const Loss& loss) {
  check_kind(loss);
  const CustomLoss* const custom = loss.definition().custom.get();
  if (custom == nullptr) return;
  const char* const unknown = why_unknown(*custom);
  if (custom->mixes_rows || custom->parameters_by_row || *unknown != '\0')
    fail<ArgumentError>(
        "OnlineConfig.loss is {}, which {}: a row by itself has no slope. Hint: an expression of one score and one "
        "label.",
        loss.name(),
        custom->mixes_rows          ? "mixes rows"
        : custom->parameters_by_row ? "has parameters by row"
                                    : unknown);
}

void OnlineConfig::check() const try {
  online_fields().check(*this);
  check_online_loss(loss);
  if (!classes.empty() && loss.label_kind() != LabelKind::classes && loss.name() != "automatic")
    fail<ArgumentError>("OnlineConfig.classes are {}, and loss {} takes numbers. Hint: leave them out.",
                        listing(classes), loss.name());
  if (classes.size() == 1)
    fail<ArgumentError>("OnlineConfig.classes has one name, \"{}\"; it must have two or more.", classes[0]);
  if (std::set<std::string>(classes.begin(), classes.end()).size() < classes.size())
    fail<ArgumentError>("OnlineConfig.classes has a name twice: {}.", listing(classes, classes.size()));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("OnlineConfig::check");
}

std::ostream& operator<<(std::ostream& out, const OnlineConfig& config) try {
  return out << fields_line(stated_fields(config));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("operator<<");
}

std::vector<FieldInfo> fields(const OnlineConfig& config) try {
  return online_fields().infos(config);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("fields");
}

void set_field(OnlineConfig& config, std::string_view name, std::string_view value) try {
  OnlineConfig changed = config;
  online_fields().set(changed, name, value);
  check_kind(changed.loss);
  config = std::move(changed);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("set_field");
}

}  // namespace linden
