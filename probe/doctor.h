// `sixgauge-probe doctor`.
#pragma once

// Holds the machine against the configuration and prints a line for each finding, in an order that
// does not change. Starts nothing, changes nothing and needs no privileges. Returns an exit_status:
// failure when one of the findings is a fault.
int doctor_command(int n_arguments, char **arguments);
