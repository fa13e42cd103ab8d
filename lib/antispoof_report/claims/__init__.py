"""The thesis's claims as hypotheses, and their verdicts.

H1 to H6 compare three models; other registered models do not take part. H7 to H9 test
what else could explain a result: silence, order, and the class prior.
"""

CNN, RESNET, RESNET_LSTM = "cnn", "resnet", "resnet_lstm"
TITLES = {CNN: "CNN", RESNET: "ResNet50", RESNET_LSTM: "ResNet50+LSTM"}
MODELS = tuple(TITLES)
