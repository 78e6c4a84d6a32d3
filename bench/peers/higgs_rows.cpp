// linden_higgs_rows ROWS SEED FILE.bin: writes rows of the Higgs-like data, with a header FILE.json beside them.
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>

#include "higgs_like.hpp"
#include "matrix_file.hpp"

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "linden_higgs_rows ROWS SEED FILE.bin\n";
    return 2;
  }
  try {
    const std::uint64_t seed = std::stoull(argv[2]);
    const auto fill = [&](std::int64_t first, std::span<float> values, std::span<float> labels) {
      linden::bench::higgs_like_rows(seed, static_cast<std::uint64_t>(first), values, labels);
    };
    linden::bench::write_matrix(argv[3], std::stoll(argv[1]), linden::bench::higgs_features, fill);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "linden_higgs_rows: " << error.what() << '\n';
    return 1;
  }
}
