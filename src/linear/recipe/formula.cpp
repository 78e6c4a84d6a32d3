// Formula, the public view of a parsed one.
#include <algorithm>
#include <linden/formula.hpp>

#include "base/out_of_memory.hpp"
#include "linear/recipe/parse_formula.hpp"

namespace linden {

Formula::Formula(std::string_view text) try : parsed_(std::make_shared<const ParsedFormula>(parse_formula(text))) {
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Formula");
}

const std::string& Formula::text() const noexcept { return parsed_->text; }
const std::string& Formula::label() const noexcept { return parsed_->label; }
bool Formula::intercept() const noexcept { return parsed_->intercept; }

std::vector<std::string> Formula::terms() const {
  std::vector<std::string> names;
  for (const std::vector<int>& term : parsed_->terms) names.push_back(parsed_->name_of(term));
  return names;
}

std::vector<std::string> Formula::columns() const {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (const FormulaFactor& factor : parsed_->factors) add(factor.column);
  for (const FormulaFactor& offset : parsed_->offsets) add(offset.column);
  return names;
}

}  // namespace linden
