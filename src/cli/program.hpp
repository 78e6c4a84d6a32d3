// The program, whatever starts it.
#pragma once

namespace linden::cli {

/// Runs a command line and returns the exit code.
int run_program(int argc, char** argv);

}  // namespace linden::cli
