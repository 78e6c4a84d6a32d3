// A configuration in a model file: the fields that stated_fields has, as text, in order. Reading it back checks every
// field.
#pragma once

#include <linden/options.hpp>

#include "base/fail.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "model/stated_fields.hpp"

namespace linden {

template <class Config>
void write_config(JsonWriter& json, const Config& config) {
  json["config"].open_object();
  for (const FieldInfo& field : stated_fields(config)) json[field.name].value(field.value);
  json.close_object();
}

/// The configuration of a model with this loss. Throws FileError where anything in it is not as write_config wrote it.
template <class Config>
Config read_config(JsonReader& json, const Loss& loss) {
  Config config;
  config.loss = loss;
  json["config"].open_object();
  try {
    for (const FieldInfo& field : fields(config)) {
      if (is_stated_if_set(field.name) && !json.next_is(field.name)) continue;
      const std::string text = json[field.name].text();
      if (field.name != "loss" && !field.name.starts_with("loss."))
        set_field(config, field.name, text);
      else if (text != field.value)
        json.refuse(fmt::format("is {}, but the model's is {}", text, field.value));
    }
    config.check();
  } catch (const ArgumentError& error) {
    json.refuse_at("config", fmt::format("is out of range ({})", error.what()));
  }
  json.close_object();
  return config;
}

}  // namespace linden
