// A configuration in a model file: its fields as text, in order. Reading it back checks every field.
#pragma once

#include <linden/boosting.hpp>

#include "base/fail.hpp"
#include "model/json_reader.hpp"

namespace linden {

template <class Config>
Json config_to_json(const Config& config) {
  Json json = Json::object();
  for (const FieldInfo& field : fields(config)) json[field.name] = field.value;
  return json;
}

/// The configuration of a model with this loss. Throws FileError where anything in it is not as config_to_json wrote
/// it.
template <class Config>
Config config_from_json(const JsonReader& json, const Loss& loss) {
  Config config;
  config.loss = loss;
  try {
    for (const FieldInfo& field : fields(config)) {
      const std::string& text = json[field.name].text();
      if (field.name != "loss" && !field.name.starts_with("loss."))
        set_field(config, field.name, text);
      else if (text != field.value)
        json[field.name].refuse(fmt::format("is {}, but the model's is {}", text, field.value));
    }
    config.check();
  } catch (const ArgumentError& error) {
    json.refuse(fmt::format("is out of range ({})", error.what()));
  }
  return config;
}

}  // namespace linden
