// Recipes in model files: what is written is read, and what no recipe could be is refused by its place.
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <linden/error.hpp>
#include <linden/linear.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "linear/recipe/rows_with_text.hpp"
#include "model/sealed.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using Json = nlohmann::ordered_json;

LinearModel fitted() {
  return fit_linear(RowsWithText().data(), {.loss = loss::squared(),
                                            .formula = "color * x + spline(z, 3) + bspline(x, 5, 0.1) + log(x) + "
                                                       "offset(z^2)"});
}

TEST(RecipeDamage, IsRefusedByItsPlace) {
  const std::string text = fitted().to_string();
  struct Damage {
    std::function<void(Json&)> change;
    std::string message;
  };
  const std::vector<Damage> damages{
      {[](Json& r) { r["missing"] = "guess"; }, ".missing is \"guess\", which is none that there is."},
      {[](Json& r) { r["fills"].push_back(0); }, ".fills does not have one entry a column."},
      {[](Json& r) { r["filled"][0] = 2; }, ".filled[0] is 2, outside [0, 1]."},
      {[](Json& r) { r["factors"][0]["variable"] = 7; }, ".factors[0].variable is 7, outside [0, 2]."},
      {[](Json& r) { r["factors"][0]["kind"] = "tree"; }, ".factors[0].kind is \"tree\", which is none that there is."},
      {[](Json& r) { r["factors"][0]["variable"] = 0; }, ".factors[0].text does not fit the kind of the column."},
      {[](Json& r) { r["factors"][0]["places"].push_back(2); },
       ".factors[0].places does not have one entry a category and one for missing ones."},
      {[](Json& r) { r["factors"][0]["places"][1] = 5; }, ".factors[0].places does not number columns from 0 on."},
      {[](Json& r) { r["factors"][2]["points"][1] = -9; }, ".factors[2].points does not fit the basis."},
      {[](Json& r) { r["factors"][3]["points"][2] = 199; }, ".factors[3].points has more columns than weights."},
      {[](Json& r) { r["factors"][3]["points"][2] = 1e9; }, ".factors[3].points does not fit the basis."},
      {[](Json& r) { r["factors"][3]["penalty"] = -1; }, ".factors[3].penalty is below 0."},
      {[](Json& r) { r["factors"][4]["functions"][0] = "sin"; },
       ".factors[4].functions names \"sin\", which is no function."},
      {[](Json& r) { r["factors"][4]["powers"] = Json::array(); },
       ".factors[4].powers does not have one entry a function."},
      {[](Json& r) { r["blocks"][0]["factors"] = Json::array(); }, ".blocks[0].factors has no entry."},
      {[](Json& r) { r["blocks"][0]["factors"][0] = 9; }, ".blocks[0].factors[0] is 9, outside [0, 4]."},
      {[](Json& r) { r["blocks"].erase(0); }, " does not have one column a weight."},
      {[](Json& r) { r["offsets"][0]["variable"] = -1; }, ".offsets[0].variable is -1, outside [0, 2]."},
  };
  for (const Damage& damage : damages) {
    Json document = Json::parse(opened(text));
    damage.change(document["body"]["recipe"]);
    const std::string said = refusal<FileError>([&] { LinearModel::from_string(sealed(document.dump())); });
    EXPECT_EQ(said.substr(said.find("body")), "body.recipe" + damage.message);
  }
}

TEST(RecipeDamage, ChangedBytesAreReadOrRefused) {
  const std::string text = opened(fitted().to_string());
  const std::size_t first = text.find("\"recipe\""), last = text.find("\"certificate\"");
  for (std::size_t at = first; at < last; at += 13)
    for (const char byte : {'0', '9', '-', '"', ']', ','}) {
      std::string changed = text;
      changed[at] = byte;
      try {
        LinearModel::from_string(sealed(changed)).predict(RowsWithText().data());
      } catch (const Error&) {
      }
    }
}

}  // namespace
}  // namespace linden
