using Microsoft.Extensions.Options;

namespace FastShardMap.Near.DependencyInjection;

/// <summary>Validates the options of every near map; each message names the map and the option.</summary>
internal sealed class NearMapServiceOptionsValidator : IValidateOptions<NearMapServiceOptions>
{
    public ValidateOptionsResult Validate(string? name, NearMapServiceOptions options)
    {
        string[] faults = [.. options.FaultsOf(name ?? "")];
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
