// Writes a CSV file of made-up rows that is as large as one likes: 56 features and a label of two classes.
//
//     linden_large_rows rows.csv 42000000 [seed]
//
// A row is a function of the seed and its number: features have five decimals, one in a hundred is missing, and the
// label leans on a few of them, by steps and by products.
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

constexpr int features = 56;

std::uint64_t mixed(std::uint64_t x) {  // SplitMix64
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

char* put_decimal(char* at, int hundred_thousandths) {
  if (hundred_thousandths < 0) {
    *at++ = '-';
    hundred_thousandths = -hundred_thousandths;
  }
  at = std::to_chars(at, at + 8, hundred_thousandths / 100'000).ptr;
  *at++ = '.';
  int rest = hundred_thousandths % 100'000;
  for (int digit = 4; digit >= 0; --digit) {
    at[digit] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  }
  return at + 5;
}

// Appends a row.
void put_row(std::uint64_t seed, std::uint64_t row, std::string& text) {
  char line[features * 12 + 8];
  char* at = line + 2;
  double x[features];
  for (int f = 0; f < features; ++f) {
    const std::uint64_t drawn = mixed(mixed(seed + row) + static_cast<std::uint64_t>(f));
    // The sum of two uniform numbers, in (-1, 1).
    const int value =
        static_cast<int>((drawn & 0xffffffff) * 100'000 >> 32) - static_cast<int>((drawn >> 32) * 100'000 >> 32);
    x[f] = value / 100'000.0;
    if (drawn % 100 != 0) at = put_decimal(at, value);
    *at++ = f + 1 < features ? ',' : '\n';
  }
  const double score = 2 * x[0] + (x[1] > 0.2 ? 1 : -0.5) + 3 * x[2] * x[3] + (x[4] > 0 ? x[5] : -x[5]) + 0.5 * x[6];
  const double noise = static_cast<double>(mixed(seed ^ ~row) >> 11) * 0x1p-53;
  line[0] = score > 4 * (noise - 0.5) ? '1' : '0';
  line[1] = ',';
  text.append(line, at);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: linden_large_rows FILE ROWS [SEED]\n");
    return 2;
  }
  std::FILE* const file = std::fopen(argv[1], "wb");
  if (file == nullptr) return std::perror(argv[1]), 1;
  const std::uint64_t rows = std::strtoull(argv[2], nullptr, 10);
  const std::uint64_t seed = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1;
  std::string text = "label";
  for (int f = 0; f < features; ++f) text += ",x" + std::to_string(f);
  text += '\n';
  for (std::uint64_t row = 0; row < rows; ++row) {
    put_row(mixed(seed), row, text);
    if (text.size() < (std::size_t{1} << 22)) continue;
    if (std::fwrite(text.data(), 1, text.size(), file) != text.size()) return std::perror(argv[1]), 1;
    text.clear();
  }
  if (std::fwrite(text.data(), 1, text.size(), file) != text.size() || std::fclose(file) != 0)
    return std::perror(argv[1]), 1;
}
