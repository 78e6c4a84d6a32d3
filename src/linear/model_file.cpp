// The body of a linear model's file: intercept, weights and certificate.
#include "base/fail.hpp"
#include "linear/certificate.hpp"
#include "linear/model.hpp"
#include "model/config_json.hpp"
#include "model/envelope.hpp"

namespace linden {

void LinearModel::save(const std::filesystem::path& path) const {
  const State& s = *state_;
  const std::size_t features = s.feature_names.size();
  Envelope envelope{.family = "linear",
                    .feature_names = s.feature_names,
                    .categorical = std::vector<bool>(features),
                    .categories = std::vector<std::vector<std::string>>(features),
                    .label = s.label,
                    .classes = s.classes,
                    .loss = s.config.loss,
                    .config = config_to_json(s.config),
                    .body = {}};
  envelope.body = {
      {"intercept", s.intercept}, {"weights", s.weights}, {"certificate", certificate_to_json(s.certificate, false)}};
  write_model(path, envelope);
}

LinearModel LinearModel::load(const std::filesystem::path& path) {
  Envelope envelope = read_model(path, "linear");
  const std::string file = path.string();
  for (std::size_t i = 0; i < envelope.categorical.size(); ++i)
    if (envelope.categorical[i])
      fail<FileError>("{}: columns[{}] has categories, and columns of linear models are numbers.", file, i);
  auto state = std::make_shared<State>();
  state->config = config_from_json<LinearConfig>({envelope.config, file, "config"}, envelope.loss);
  const JsonReader body(envelope.body, file, "body");
  state->intercept = body["intercept"].finites();
  if (static_cast<int>(state->intercept.size()) != envelope.loss.outputs())
    body["intercept"].refuse("does not have one entry an output");
  state->weights = body["weights"].finites();
  if (state->weights.size() != state->intercept.size() * envelope.feature_names.size())
    body["weights"].refuse(fmt::format("has {} entries for {} output(s) of {} features", state->weights.size(),
                                       state->intercept.size(), envelope.feature_names.size()));
  state->certificate = certificate_from_json(body["certificate"], envelope.feature_names);
  state->feature_names = std::move(envelope.feature_names);
  state->label = std::move(envelope.label);
  state->classes = std::move(envelope.classes);
  return LinearModel(std::move(state));
}

}  // namespace linden
