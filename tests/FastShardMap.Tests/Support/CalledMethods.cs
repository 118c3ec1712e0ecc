using System.Reflection;
using System.Reflection.Emit;

namespace FastShardMap.Tests.Support;

/// <summary>
/// The methods that a method calls, in the order of its code: to see whether a barrier stands where it must.
/// </summary>
internal static class CalledMethods
{
    private static readonly Dictionary<short, OpCode> s_codes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>"Type.Method" of each call; a direct store through a pointer is "store", a load "load".</summary>
    public static IReadOnlyList<string> Of(Type type, string method)
    {
        MethodInfo info = type.GetMethod(
            method, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance)!;
        byte[] code = info.GetMethodBody()!.GetILAsByteArray()!;
        List<string> calls = [];
        for (int at = 0; at < code.Length;)
        {
            short value = code[at++];
            if (value == 0xFE)
            {
                value = (short)(0xFE00 | code[at++]);
            }

            OpCode operation = s_codes[value];
            if (operation.OperandType == OperandType.InlineMethod)
            {
                MethodBase called = info.Module.ResolveMethod(
                    BitConverter.ToInt32(code, at), type.IsGenericType ? type.GetGenericArguments() : null, null)!;
                calls.Add($"{called.DeclaringType!.Name}.{called.Name}");
            }
            else if (operation.Name!.StartsWith("stind", StringComparison.Ordinal) || operation == OpCodes.Stfld)
            {
                calls.Add("store");
            }
            else if (operation.Name.StartsWith("ldind", StringComparison.Ordinal) || operation == OpCodes.Ldfld)
            {
                calls.Add("load");
            }

            at += operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }

        return calls;
    }
}
