using System.Globalization;

namespace FastShardMap.Stress;

/// <summary>What to run.</summary>
internal sealed record StressOptions
{
    public required TimeSpan Duration { get; init; }

    public required int Threads { get; init; }

    public required IReadOnlyList<string> Tests { get; init; }

    public required int Seed { get; init; }

    public TimeSpan HangLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <exception cref="FormatException">Not a number with s, m or h.</exception>
    public static TimeSpan ParseDuration(string text)
    {
        int unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        return unit != 0
            && double.TryParse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture, out double number)
            && number > 0
            ? TimeSpan.FromSeconds(number * unit)
            : throw new FormatException($"'{text}' is not a duration such as 30s, 10m or 8h.");
    }
}
