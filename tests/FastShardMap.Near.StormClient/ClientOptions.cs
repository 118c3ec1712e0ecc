using System.Globalization;

namespace FastShardMap.Near.StormClient;

/// <summary>What a client process is told on its command line.</summary>
/// <param name="Prefix">The prefix of its near map.</param>
/// <param name="Log">The file in which the writer says what it has written.</param>
/// <param name="Keys">The keys are the numbers below.</param>
/// <param name="MaxStaleness">The bound of staleness.</param>
internal sealed record ClientOptions(string Prefix, string Log, int Keys, TimeSpan MaxStaleness)
{
    public static ClientOptions Parse(string[] arguments) => arguments is [string prefix, string log, .., string bound]
        && arguments.Length == 4
            ? new ClientOptions(
                prefix,
                log,
                int.Parse(arguments[2], CultureInfo.InvariantCulture),
                TimeSpan.FromMilliseconds(int.Parse(bound, CultureInfo.InvariantCulture)))
            : throw new ArgumentException("Expected: prefix, log, keys, milliseconds.", nameof(arguments));
}
