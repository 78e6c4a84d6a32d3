// linden_export JOB: trains a model and writes it in other formats, with what it says of the training rows.
//
// JOB is {"data": CSV, "label": COLUMN, "model": "boosted" | "linear", "config": {field: value, ...}, "folder": FOLDER,
// "formats": [NAME, ...]}. FOLDER then has model.NAME for each format; rows.bin, the doubles [rows, features] that
// stand for the rows, codes for categories; scores.bin and predictions.bin, [rows, outputs] each. With "probe": CSV,
// rows of the same columns, these are of those rows and not of the training rows. What is printed, one
// line of JSON, has the sizes and the formats that refused, with their reasons.
#include <exception>
#include <fstream>
#include <iostream>
#include <linden/linden.hpp>
#include <nlohmann/json.hpp>
#include <string>

namespace {

using nlohmann::ordered_json;
namespace fs = std::filesystem;

template <class Config>
Config config_of(const ordered_json& fields) {
  Config config;
  for (const auto& [name, value] : fields.items())
    linden::set_field(config, name, value.is_string() ? value.template get<std::string>() : value.dump());
  return config;
}

linden::AnyModel trained(const ordered_json& job, const linden::Dataset& data) {
  const ordered_json& fields = job.at("config");
  if (job.at("model") == "linear") return linden::fit_linear(data, config_of<linden::LinearConfig>(fields));
  return linden::fit_boosted(data, config_of<linden::BoostingConfig>(fields));
}

void write(const fs::path& path, const linden::Tensor& tensor) {
  const linden::Tensor doubles = tensor.cast(linden::DType::f64).contiguous();
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(doubles.data<double>()),
             static_cast<std::streamsize>(8 * doubles.span<const double>().size()));
}

ordered_json run(const ordered_json& job) {
  auto data =
      linden::Dataset::from_csv(job.at("data").get<std::string>(), {.label = job.at("label").get<std::string>()});
  const linden::AnyModel model = trained(job, data);
  if (job.contains("probe")) {
    const linden::Schema schema = std::visit([](const auto& m) { return m.schema(); }, model);
    data = linden::Dataset::from_csv(job.at("probe").get<std::string>(), schema);
  }
  const fs::path folder = job.at("folder").get<std::string>();
  write(folder / "rows.bin", data.matrix());
  ordered_json refused = ordered_json::object();
  ordered_json categorical = ordered_json::array();
  for (const linden::Column& column : data.columns()) categorical.push_back(column.categorical);
  std::visit(
      [&](const auto& m) {
        write(folder / "scores.bin", m.predict(data, {.output = linden::Output::score}));
        write(folder / "predictions.bin", m.predict(data));
      },
      model);
  for (const std::string name : job.at("formats")) try {
      linden::export_model(model, folder / ("model." + name), linden::export_format_named(name));
    } catch (const linden::ArgumentError& error) {
      refused[name] = error.what();
    }
  return {{"version", linden::version()}, {"rows", data.rows()},
          {"features", data.features()},  {"outputs", std::visit([](const auto& m) { return m.outputs(); }, model)},
          {"categorical", categorical},   {"refused", refused}};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "linden_export JOB (a JSON object)\n";
    return 2;
  }
  try {
    std::cout << run(ordered_json::parse(argv[1])) << std::endl;
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "linden_export: " << error.what() << '\n';
    return 1;
  }
}
