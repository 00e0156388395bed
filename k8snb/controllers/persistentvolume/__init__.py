"""The volume controllers: claims get volumes, volumes come and go with their claims, what is in use is not taken away."""
