using Microsoft.Extensions.Options;

namespace FastShardMap.Extensions.DependencyInjection;

/// <summary>Validates the options of every map; each message names the map and the option.</summary>
internal sealed class ShardMapServiceOptionsValidator : IValidateOptions<ShardMapServiceOptions>
{
    public ValidateOptionsResult Validate(string? name, ShardMapServiceOptions options)
    {
        List<string> failures = [];
        Require(options.Capacity >= 0, nameof(options.Capacity), "must not be negative");
        Require(
            options.ShardCount is >= 0 and <= ShardMapOptions.MaxShardCount,
            nameof(options.ShardCount),
            $"must be from 0 to {ShardMapOptions.MaxShardCount}");
        Require(
            options.Path is null || !string.IsNullOrWhiteSpace(options.Path),
            nameof(options.Path),
            "must be null or the path of a file");
        Require(options.MaxFileAge is null || options.MaxFileAge > TimeSpan.Zero, nameof(options.MaxFileAge), Positive);
        Require(Enum.IsDefined(options.DamagedFile), nameof(options.DamagedFile), "must be Throw or SetAside");
        Require(
            options.SaveInterval is null or { TotalMilliseconds: >= 1 and < MaxTimerMilliseconds },
            nameof(options.SaveInterval),
            "must be at least a millisecond and less than 49 days");
        Require(
            options.Path is not null || options.SaveInterval is null, nameof(options.SaveInterval), NeedsAPath);
        Require(options.Path is not null || !options.RequireFile, nameof(options.RequireFile), NeedsAPath);
        Require(
            options.LoadOnStart || !options.RequireFile, nameof(options.RequireFile), "needs LoadOnStart");
        Require(
            options.MaxHealthyCount is null or > 0, nameof(options.MaxHealthyCount), Positive);
        Require(
            options.MaxHealthyBytes is null or > 0, nameof(options.MaxHealthyBytes), Positive);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Require(bool condition, string option, string rule)
        {
            if (!condition)
            {
                failures.Add($"The option {option} of the map '{name}' {rule}.");
            }
        }
    }

    private const string Positive = "must be positive";
    private const string NeedsAPath = "needs a Path";

    /// <summary>What a timer of the framework accepts.</summary>
    private const double MaxTimerMilliseconds = uint.MaxValue - 1;
}
