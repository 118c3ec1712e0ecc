namespace FastShardMap.Tests.Probing;

public sealed class ControlGroupsTests() : ControlGroupContractTests(new ChosenControlGroupUnderTest());
