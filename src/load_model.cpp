// One loader for all families.
#include "load_model.hpp"

#include <memory>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "boosting/model/model_file.hpp"
#include "linear/model_file.hpp"
#include "model/file/envelope.hpp"

namespace linden {
namespace {

AnyModel load_any(const auto& open) {
  return or_out_of_memory("load_model", [&] {
    std::shared_ptr<const BoostedModel::State> boosted;
    std::shared_ptr<const LinearModel::State> linear;
    read_model(open(), [&](JsonReader& json, const std::string& family) {
      if (family == "boosted")
        boosted = read_boosted(json);
      else if (family == "linear")
        linear = read_linear(json);
      else
        json.refuse(fmt::format("is \"{}\", a family of models that is not known here", family));
    });
    return boosted ? AnyModel(BoostedModel(std::move(boosted))) : AnyModel(LinearModel(std::move(linear)));
  });
}

}  // namespace

AnyModel load_model(const ModelSource& source) {
  return load_any([&] { return source; });
}
AnyModel load_model(const std::filesystem::path& path) {
  return load_any([&] { return source_of(path); });
}
AnyModel load_model(std::istream& in) {
  return load_any([&] { return source_of(in); });
}
AnyModel model_from_string(std::string_view text) {
  return load_any([&] { return source_of_text(text); });
}

}  // namespace linden
