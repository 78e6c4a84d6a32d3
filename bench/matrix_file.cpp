#include "matrix_file.hpp"

#include <algorithm>
#include <fstream>
#include <linden/error.hpp>
#include <nlohmann/json.hpp>

namespace linden::bench {
namespace {

std::filesystem::path header_of(std::filesystem::path path) { return path.replace_extension(".json"); }

void read_floats(std::ifstream& file, std::span<float> into) {
  file.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size_bytes()));
}

void write_floats(std::ofstream& file, std::span<const float> from) {
  file.write(reinterpret_cast<const char*>(from.data()), static_cast<std::streamsize>(from.size_bytes()));
}

}  // namespace

Matrix read_matrix(const std::filesystem::path& path) {
  std::ifstream header_file(header_of(path));
  const auto header = nlohmann::json::parse(header_file, nullptr, false);
  if (!header.is_object()) throw FileError("read_matrix: no header " + header_of(path).string() + ".");
  Matrix matrix;
  matrix.rows = header.at("rows");
  matrix.features = header.at("features");
  matrix.values.resize(static_cast<std::size_t>(matrix.rows * matrix.features));
  std::vector<float> labels(static_cast<std::size_t>(matrix.rows));
  std::ifstream file(path, std::ios::binary);
  read_floats(file, matrix.values);
  read_floats(file, labels);
  if (!file || file.peek() != EOF) throw FileError("read_matrix: " + path.string() + " is not as its header says.");
  matrix.labels.assign(labels.begin(), labels.end());
  return matrix;
}

void write_matrix(const std::filesystem::path& path, std::int64_t rows, int features, const FillRows& fill) {
  constexpr std::int64_t block = 10'000;
  std::ofstream file(path, std::ios::binary);
  std::vector<float> values(static_cast<std::size_t>(block * features)), labels(static_cast<std::size_t>(rows));
  for (std::int64_t first = 0; first < rows; first += block) {
    const auto count = static_cast<std::size_t>(std::min(block, rows - first));
    const std::span<float> filled(values.data(), count * static_cast<std::size_t>(features));
    fill(first, filled, std::span(labels).subspan(static_cast<std::size_t>(first), count));
    write_floats(file, filled);
  }
  write_floats(file, labels);
  if (!file.flush()) throw FileError("write_matrix: cannot write " + path.string() + ".");
  std::ofstream header(header_of(path));
  header << nlohmann::json{{"rows", rows}, {"features", features}} << '\n';
  if (!header.flush()) throw FileError("write_matrix: cannot write " + header_of(path).string() + ".");
}

}  // namespace linden::bench
